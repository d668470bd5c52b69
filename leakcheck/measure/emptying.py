# SPDX-License-Identifier: MIT
"""The intervention on caches: those that the runs filled are emptied, and the growth looked at.

What is left decides as much as what went: a cache that fills excuses its own growth and no leak
beside it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from leakcheck.measure.caches import empty_filled, fill_levels
from leakcheck.measure.stdlib_caches import Baseline
from leakcheck.model import Verdict

if TYPE_CHECKING:
    from leakcheck.measure.caches import FilledCache
    from leakcheck.model import Result, Site

CACHE_SHARE: Final = 0.5
"""Share of the confirmation's growth that emptied caches must release to explain it."""
LEFT_SHARE: Final = 0.1
"""Share of the growth that, when it is left or is an unlimited cache's, is a leak by itself."""


class Caches:
    """What caches hold before a confirmation, so that it can be told which of them it filled."""

    def __init__(self) -> None:
        self._lru = fill_levels()
        self._stdlib = Baseline()

    def empty(self) -> list[FilledCache]:
        """Empty the caches that took on entries since then, one after the other."""
        return [*empty_filled(self._lru), *self._stdlib.empty_filled()]


def less_caches(result: Result, caches: Caches, rate: float) -> Result:
    """The leak, unless emptying caches released what had grown.

    Args:
        result: a confirmed leak.
        caches: as they were before the confirmation.
        rate: the smallest leak looked for, in blocks a run.
    """
    if result.metric is not None and result.metric.wide:
        return result  # What was released is counted in blocks and says nothing of it.
    return explained(result, caches.empty(), rate)


def explained(result: Result, emptied: list[FilledCache], rate: float) -> Result:
    """What the leak is in the light of what emptied caches released.

    Args:
        result: a confirmed leak.
        emptied: the caches that it had filled.
        rate: the smallest leak looked for, in blocks a run.
    """
    runs = result.marks[-1] if result.marks else 0
    grown = sum(s.blocks for s in result.sites if s.blocks > 0)
    steady = sum(max(_steady(s, result.marks), 0) for s in result.sites)

    def matters(blocks: float) -> bool:
        return blocks >= rate * runs and blocks >= LEFT_SHARE * steady

    bounded = [cache for cache in emptied if cache.maxsize is not None]
    unbounded = [cache for cache in emptied if cache.maxsize is None]
    of_bounded, of_unbounded = (sum(max(c.freed, 0) for c in kind) for kind in (bounded, unbounded))
    left = steady - of_bounded - of_unbounded
    enough = grown > 0 and of_bounded + of_unbounded >= CACHE_SHARE * grown
    if enough and not matters(left) and bounded and not matters(of_unbounded):
        return _named(result, Verdict.CACHE, bounded)
    if enough and unbounded and of_unbounded >= max(of_bounded, left):
        return _named(result, Verdict.UNBOUNDED_CACHE, unbounded)
    return dataclasses.replace(result, emptied=tuple(cache.name for cache in emptied))


def _steady(site: Site, marks: tuple[int, ...]) -> float:
    """Blocks that a site would have gained if it had grown all the time as in the second half.

    What filled up in the first half and stopped is left out.
    """
    middle = next((i for i, runs in enumerate(marks) if 2 * runs >= marks[-1]), 0)
    if len(site.series) != len(marks) or marks[middle] == marks[-1]:
        return site.blocks
    late = site.series[-1] - site.series[middle]
    return late * marks[-1] / (marks[-1] - marks[middle])


def _named(result: Result, verdict: Verdict, caches: list[FilledCache]) -> Result:
    """The verdict with the cache that released most, and a sentence."""
    largest = max(caches, key=lambda cache: cache.freed)
    if largest.maxsize is None:
        reason = (
            f"{largest.name} has no limit and took on entries in every window "
            f"({largest.entries} now); emptying it released the growth"
        )
    else:
        reason = (
            f"the growth is {largest.name} filling up ({largest.entries} of {largest.maxsize} "
            f"entries); emptying it released it"
        )
    if len(caches) > 1:
        reason += f", together with {len(caches) - 1} more of its kind"
    return dataclasses.replace(result, verdict=verdict, cache=largest.name, reason=reason)
