# SPDX-License-Identifier: MIT
"""A session's memory of leaks already proven, so that one leak in many tests is proven once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck.model import Result, Site

COMMON: Final = 0.5
"""Part of the places of two proven leaks that, being in both, is one leak seen twice."""

_Place = tuple[tuple[str, str, int], ...]


class Precedents:
    """The places that grew together in tests whose leak was confirmed in full.

    One known place is no precedent: where one test leaks the objects of a line, the next may
    only fill a cache with them. All places of a proven leak must grow again, each by the same
    whole number of blocks in every run.
    """

    def __init__(self, telling: Callable[[Site], bool] = lambda _: True) -> None:
        """Start with none.

        Args:
            telling: the last two frames of a site are enough to know a leak by.
        """
        self._telling = telling
        self._proven: list[frozenset[_Place]] = []

    def _places(self, result: Result) -> frozenset[_Place]:
        return frozenset(
            tuple((f.file, f.function, f.line) for f in site.frames[-2:])
            for site in result.sites
            if site.grows and site.exact and self._telling(site)
        )

    def record(self, suspect: Result) -> None:
        """Remember a leak by what the first trace of it saw, after its confirmation."""
        places = self._places(suspect)
        if not places or self.cover(suspect):
            return
        for known in list(self._proven):
            shared = known & places
            if len(shared) >= COMMON * max(len(known), len(places)):
                self._proven.append(shared)
        self._proven.append(places)

    def cover(self, suspect: Result) -> bool:
        """All places of some proven leak grow in `suspect` again."""
        places = self._places(suspect)
        return any(known <= places for known in self._proven)
