# SPDX-License-Identifier: MIT
"""What stands where the time to confirm ran out."""

from __future__ import annotations

import dataclasses

import pytest

from leakcheck.measure.confirm import cut_short
from leakcheck.measure.convict import too_short
from leakcheck.model import Frame, Metric, Phase, Probed, Reading, Result, Site, Verdict

SITE = Site(
    frames=(Frame(file="a.py", function="f", line=1),),
    truncated=False,
    blocks=100,
    bytes=100,
    series=(0, 100),
    grows=True,
    exact=False,
    rate=1.0,
)


def suspect(verdict: Verdict = Verdict.LEAK) -> Result:
    return Result(verdict=verdict, reason="it grew", rate=1.0, judged=112, runs=130)


def confirmation(runs: int, grown: int) -> Result:
    return Result(
        verdict=Verdict.INCONCLUSIVE,
        reason="the time ran out",
        runs=130 + runs,
        readings=(
            Reading(Phase.TRACE, 132, 1000, 0, None, None),
            Reading(Phase.TRACE, 132 + runs, 1000 + grown, 0, None, None),
        ),
        marks=(0, runs),
        sites=(SITE,),
    )


@pytest.mark.parametrize(
    ("grown", "verdict"), [(200, "leak"), (140, "leak"), (130, "inconclusive")]
)
def test_a_leak_stands_if_it_kept_seven_tenths_of_its_pace(grown: int, verdict: str) -> None:
    """Growth like a root keeps less: .59 over the next window of twice the length."""
    assert cut_short(suspect(), confirmation(200, grown)).verdict == Verdict(verdict)


def test_a_leak_does_not_stand_on_fewer_runs_than_raised_the_suspicion() -> None:
    assert cut_short(suspect(), confirmation(100, 100)).verdict is Verdict.INCONCLUSIVE


def exactly(runs: int, grown: int, *sites: Site) -> Result:
    """A confirmation of so many runs, in which the sites kept their pace at each mark."""
    exact = (dataclasses.replace(one, exact=True) for one in sites)
    return dataclasses.replace(confirmation(runs, grown), sites=(*exact, SITE))


@pytest.mark.parametrize("before", [Verdict.LEAK, Verdict.INCONCLUSIVE])
def test_lines_that_kept_their_pace_exactly_are_a_leak_whatever_filled_beside_them(
    before: Verdict,
) -> None:
    quick = dataclasses.replace(suspect(before), rate=520.0)  # a cache that filled meanwhile
    found = cut_short(quick, exactly(200, 700, SITE, dataclasses.replace(SITE, rate=2.0)))
    assert (found.verdict, found.rate, found.metric) == (Verdict.LEAK, 3.0, Metric.BLOCKS)
    assert found.reason.startswith("2 lines keep a whole number of blocks in every run, exactly,")
    assert found.reason.endswith("while the time to confirm ran out")


@pytest.mark.parametrize(("judged", "runs"), [(112, 111), (16, 207), (1000, 111)])
def test_lines_that_kept_their_pace_for_too_few_runs_prove_nothing(judged: int, runs: int) -> None:
    quick = dataclasses.replace(suspect(), rate=520.0, judged=judged)
    assert cut_short(quick, exactly(runs, runs, SITE)).verdict is Verdict.INCONCLUSIVE
    assert cut_short(quick, exactly(runs + 1, runs + 1, SITE)).verdict is Verdict.LEAK


def test_lines_say_nothing_of_what_a_probe_counted() -> None:
    opened = dataclasses.replace(
        suspect(), metric=Metric.PROBE, probe="fds", probes=(Probed("fds", "fd", "fds"),), rate=9.0
    )
    still = exactly(200, 200, SITE)
    readings = tuple(dataclasses.replace(one, probes=(7,)) for one in still.readings)
    found = cut_short(opened, dataclasses.replace(still, readings=readings))
    assert found.verdict is Verdict.INCONCLUSIVE


def test_what_was_undecided_before_stays_so() -> None:
    unsure = suspect(Verdict.INCONCLUSIVE)
    found = cut_short(unsure, confirmation(200, 200))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason == too_short(130 + 200)  # Of both traces.
