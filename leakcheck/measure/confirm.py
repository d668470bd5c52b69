# SPDX-License-Identifier: MIT
"""What a suspect, its confirmation and an intervention say together."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from leakcheck.measure.caches import empty_filled
from leakcheck.model import Reading, Verdict

if TYPE_CHECKING:
    from leakcheck.measure.caches import FilledCache
    from leakcheck.model import Result

STILL_GROWING: Final = 0.7
"""Share of the suspect's rate that a confirmation cut short must show to uphold it."""
CACHE_SHARE: Final = 0.5
"""Share of the confirmation's growth that emptied caches must release to explain it."""


def joined(suspect: Result, confirm: Result) -> Result:
    """The confirmation's result with the readings and runs of both."""
    readings = suspect.readings + tuple(
        Reading(r.phase, suspect.runs + r.runs, r.blocks, r.raw, r.objects, r.references)
        for r in confirm.readings
    )
    return dataclasses.replace(confirm, runs=suspect.runs + confirm.runs, readings=readings)


def with_lines_of(suspect: Result, later: Result) -> Result:
    """The suspect's verdict; the lines of a later trace where it saw any grow."""
    sharper = later if any(s.grows for s in later.sites) else suspect
    return dataclasses.replace(
        suspect,
        runs=later.runs,
        readings=later.readings,
        seconds=later.seconds,
        marks=sharper.marks,
        sites=sharper.sites,
    )


def cut_short(suspect: Result, confirm: Result) -> Result:
    """Time ran out while confirming: uphold a leak only if it kept growing so far."""
    if suspect.verdict is not Verdict.LEAK:
        return confirm
    if confirm.sites and len(confirm.marks) > 1 and confirm.marks[-1] >= suspect.judged:
        first, last = confirm.readings[-len(confirm.marks)], confirm.readings[-1]
        grown = (last.blocks - first.blocks) + (last.raw - first.raw)
        if grown / confirm.marks[-1] >= STILL_GROWING * suspect.rate:
            reason = suspect.reason + "; it went on while the time to confirm ran out"
            return dataclasses.replace(with_lines_of(suspect, confirm), reason=reason)
    return dataclasses.replace(
        confirm,
        verdict=Verdict.INCONCLUSIVE,
        bound=None,
        rate=suspect.rate,
        judged=suspect.judged,
        marks=suspect.marks,
        sites=suspect.sites,
        reason=(
            f"it grew by {suspect.rate:.3g} blocks a run over {suspect.judged} runs, and the time "
            f"ran out before that could be told from a cache that fills; a longer max time "
            f"decides it"
        ),
    )


def less_caches(result: Result, levels: dict[int, int]) -> Result:
    """The leak, unless emptying lru caches released what had grown.

    Args:
        result: a confirmed leak.
        levels: what `fill_levels` said before the confirmation.
    """
    grown = sum(s.blocks for s in result.sites if s.blocks > 0)
    caches = empty_filled(levels)
    bounded = [cache for cache in caches if cache.maxsize is not None]
    unbounded = [cache for cache in caches if cache.maxsize is None]
    if bounded and sum(cache.freed for cache in bounded) >= CACHE_SHARE * grown:
        largest = _largest(bounded)
        return dataclasses.replace(
            result,
            verdict=Verdict.CACHE,
            cache=f"functools.lru_cache of {largest.name}",
            reason=(
                f"the growth is the bounded lru_cache of {largest.name} filling up "
                f"({largest.entries} of {largest.maxsize} entries); emptying it released it"
            ),
        )
    if unbounded and sum(cache.freed for cache in unbounded) >= CACHE_SHARE * grown:
        largest = _largest(unbounded)
        return dataclasses.replace(
            result,
            verdict=Verdict.UNBOUNDED_CACHE,
            cache=f"functools.lru_cache of {largest.name}",
            reason=(
                f"the lru_cache of {largest.name} has no limit and took on entries in every "
                f"window ({largest.entries} now); emptying it released the growth"
            ),
        )
    return result


def _largest(caches: list[FilledCache]) -> FilledCache:
    return max(caches, key=lambda cache: cache.freed)
