# SPDX-License-Identifier: MIT
"""What a suspect and its confirmation say together."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, TypedDict

from leakcheck.measure.convict import METRICS
from leakcheck.model import Verdict

if TYPE_CHECKING:
    from leakcheck.model import Result

STILL_GROWING: Final = 0.7
"""Share of the suspect's rate that a later, shorter trace must show to uphold it."""

UPHELD_RUNS: Final = 224
"""Traced runs, of both, that a suspect needs to be upheld so: twice three windows from 16 on."""


class Pace(TypedDict, total=False):
    """Arguments of the extension's Check; without them nothing is compared."""

    earlier_slope: float
    earlier_runs: int
    earlier_metric: int


def pace(suspect: Result | None) -> Pace:
    """What grew in the suspect, and how fast, for the confirmation to compare with."""
    if suspect is None or suspect.metric is None:
        return {}
    return {
        "earlier_slope": suspect.rate,
        "earlier_runs": suspect.judged,
        "earlier_metric": METRICS.index(suspect.metric),
    }


def joined(suspect: Result, confirm: Result) -> Result:
    """The confirmation's result with the readings and runs of both."""
    readings = suspect.readings + tuple(
        dataclasses.replace(r, runs=suspect.runs + r.runs) for r in confirm.readings
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


def as_proven(result: Result, known: Result) -> Result:
    """The result with what was found out about the same leak in another test."""
    return dataclasses.replace(
        result,
        verdict=known.verdict,
        cache=known.cache,
        containers=known.containers,
        survivors=known.survivors,
        unowned=known.unowned,
        counts=known.counts,
        interned=known.interned,
        emptied=known.emptied,
        input_keyed=known.input_keyed,
        without_body=known.without_body,
        unexplained=known.unexplained,
        cause=known.cause,
        fingerprint=known.fingerprint,
    )


def goes_on(suspect: Result, later: Result) -> bool:
    """Whether what was suspected grew on in a later trace, about as fast."""
    if len(later.marks) < 2:  # noqa: PLR2004 - a baseline and what grew since
        return False
    first, last = later.readings[-len(later.marks)], later.readings[-1]
    grown = (last.blocks - first.blocks) + (last.raw - first.raw)
    return grown >= STILL_GROWING * suspect.rate * later.marks[-1]


def cut_short(suspect: Result, confirm: Result) -> Result:
    """Time ran out while confirming: uphold a leak only if it kept growing so far."""
    if suspect.verdict is not Verdict.LEAK:
        return confirm
    needed = max(suspect.judged, UPHELD_RUNS - suspect.judged)
    if confirm.sites and goes_on(suspect, confirm) and confirm.marks[-1] >= needed:
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
