# SPDX-License-Identifier: MIT
"""What stands where the time to confirm ran out."""

from __future__ import annotations

import pytest

from leakcheck.measure.confirm import cut_short
from leakcheck.model import Frame, Phase, Reading, Result, Site, Verdict

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


def test_what_was_undecided_before_stays_so() -> None:
    unsure = suspect(Verdict.INCONCLUSIVE)
    assert cut_short(unsure, confirmation(200, 200)).verdict is Verdict.INCONCLUSIVE
