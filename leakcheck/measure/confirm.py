# SPDX-License-Identifier: MIT
"""What a suspect and its confirmation say together."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, TypedDict

from leakcheck.measure.convict import FIRST_PROBE, METRICS, too_short, upheld_by_sites
from leakcheck.model import Metric, Verdict

if TYPE_CHECKING:
    from leakcheck.model import Result

STILL_GROWING: Final = 0.7
"""Share of the suspect's rate that a later, shorter trace must show to uphold it."""

UPHELD_RUNS: Final = 224
"""Traced runs, of both, that a suspect needs to be upheld so: twice three windows from 16 on."""

OUT_OF_TIME: Final = " while the time to confirm ran out"


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
        "earlier_metric": _index(suspect),
    }


def _index(result: Result) -> int:
    """The sampler's index of the metric that decided."""
    assert result.metric is not None
    return METRICS.index(result.metric) if not result.probe else FIRST_PROBE + probe_place(result)


def probe_place(result: Result) -> int:
    """The place in each reading of the probe that decided."""
    return next(place for place, one in enumerate(result.probes) if one.name == result.probe)


def joined(suspect: Result, confirm: Result) -> Result:
    """The confirmation's result with the readings and runs of both."""
    readings = suspect.readings + tuple(
        dataclasses.replace(r, runs=suspect.runs + r.runs) for r in confirm.readings
    )
    return dataclasses.replace(confirm, runs=suspect.runs + confirm.runs, readings=readings)


def longer(suspect: Result, later: Result) -> Result:
    """The suspect with the runs and readings of a later trace that decides nothing."""
    seen = joined(suspect, later)
    return dataclasses.replace(suspect, runs=seen.runs, readings=seen.readings)


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
        opened=known.opened,
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
    if suspect.probe:
        if first.probes is None or last.probes is None:
            return False
        place = probe_place(suspect)
        grown = last.probes[place] - first.probes[place]
    return grown >= STILL_GROWING * suspect.rate * later.marks[-1]


def concluded(suspect: Result, confirm: Result, *, stopped: bool) -> Result:
    """What both say together.

    Args:
        suspect: what the first trace said.
        confirm: what the confirmation said.
        stopped: its time ran out.
    """
    result = joined(suspect, confirm)
    if stopped and result.verdict is not Verdict.LEAK:
        return cut_short(suspect, result)
    return upheld_by_sites(result)


def cut_short(suspect: Result, confirm: Result) -> Result:
    """Time ran out while confirming: uphold a leak only if it kept growing so far.

    Or if call sites prove it that kept their pace exactly, whatever filled beside them.
    """
    enough = max(UPHELD_RUNS // 2, UPHELD_RUNS - suspect.judged)
    if not suspect.probe and confirm.marks and confirm.marks[-1] >= enough:
        proven = upheld_by_sites(confirm)
        if proven.verdict is Verdict.LEAK:
            return dataclasses.replace(proven, reason=proven.reason + OUT_OF_TIME)
    if suspect.verdict is not Verdict.LEAK:
        return dataclasses.replace(confirm, reason=too_short(confirm.runs))
    needed = max(suspect.judged, UPHELD_RUNS - suspect.judged)
    seen = bool(confirm.sites) or suspect.metric is Metric.PROBE
    if seen and goes_on(suspect, confirm) and confirm.marks[-1] >= needed:
        reason = suspect.reason + "; it went on" + OUT_OF_TIME
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
            f"it grew by {suspect.rate:.3g} {_several(suspect)} a run over {suspect.judged} runs, and the time "
            f"ran out before that could be told from a cache that fills; a longer max time "
            f"decides it"
        ),
    )


def _several(suspect: Result) -> str:
    """What several of what grew are called; all that is memory is blocks here."""
    return suspect.units[1] if suspect.probe else "blocks"
