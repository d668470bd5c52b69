# SPDX-License-Identifier: MIT
"""A session's memory of leaks already proven, so that one leak in many tests is proven once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakcheck.model import Metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck.model import Frame, Result, Site

COMMON: Final = 0.5
"""Part of the places of two proven leaks that, being in both, is one leak seen twice."""

_Place = tuple[tuple[str, str, int], ...]


class Precedents:
    """The places that grew together in tests whose leak was confirmed in full.

    One known place is no precedent: where one test leaks the objects of a line, the next may
    only fill a cache with them. All places of a proven leak must grow again, each by the same
    whole number of blocks in every run.
    """

    def __init__(
        self,
        telling: Callable[[Site], tuple[Frame, ...]] = lambda site: site.frames[-2:],
        identified: Callable[[Result], Result] = lambda result: result,
    ) -> None:
        """Start with none.

        Args:
            telling: the inner frames of a site that it is known by; none where it tells nothing.
            identified: gives a proven leak its cause, which all that show it share.
        """
        self._telling = telling
        self._identified = identified
        self._proven: list[tuple[frozenset[_Place], Result]] = []

    def _places(self, result: Result) -> frozenset[_Place]:
        """The places of a leak of memory; of what a probe counts they say nothing."""
        if result.metric is Metric.PROBE:
            return frozenset()
        return frozenset(
            tuple((f.file, f.function, f.line) for f in frames)
            for site in result.sites
            if site.grows and site.exact and (frames := self._telling(site))
        )

    def record(self, suspect: Result, proven: Result) -> None:
        """Remember a leak by what the first trace of it saw, after its confirmation.

        Args:
            suspect: what the first trace said.
            proven: what is known of the leak by now.
        """
        places = self._places(suspect)
        if not places or self.cover(suspect) is not None:
            return
        proven = self._identified(proven)
        for known, earlier in list(self._proven):
            shared = known & places
            if len(shared) >= COMMON * max(len(known), len(places)) and _one(earlier, proven):
                self._proven.append((shared, earlier))
        self._proven.append((places, proven))

    def cover(self, suspect: Result) -> Result | None:
        """The proven leak all places of which grow in `suspect` again; None without one."""
        places = self._places(suspect)
        return next((proven for known, proven in self._proven if known <= places), None)


def _one(left: Result, right: Result) -> bool:
    """Held by the same containers, as far as is known."""
    return {c.path for c in left.containers} == {c.path for c in right.containers}
