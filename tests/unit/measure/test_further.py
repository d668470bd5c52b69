# SPDX-License-Identifier: MIT
"""The steps after a leak is certain: each costs leaks alone, and only where it can tell."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from leakcheck.config import Settings
from leakcheck.measure.further import WithoutBody, steps
from leakcheck.measure.growing import Recount
from leakcheck.measure.inputs import Inputs, SameInputs
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Metric, Result, Verdict
from tests.unit.unchecked import MEASURES


def names(leak: Result, *, draws: bool, bare: Callable[[], bool] | None) -> list[type]:
    inputs = Inputs(1)
    if draws:
        random.random()
    try:
        return [type(step) for step in steps(leak, inputs, None, bare)]
    finally:
        inputs.close()


def test_each_step_has_its_condition() -> None:
    leak = Result(Verdict.LEAK, "", 1.0, metric=Metric.BLOCKS)
    slow = Result(Verdict.LEAK, "", 0.01, metric=Metric.BLOCKS)
    assert names(leak, draws=False, bare=None) == [Recount]
    assert names(leak, draws=True, bare=None) == [Recount, SameInputs]
    assert names(leak, draws=True, bare=lambda: True) == [Recount, SameInputs, WithoutBody]
    assert names(slow, draws=True, bare=lambda: True) == [Recount]


@MEASURES
def test_what_the_bare_run_keeps_is_told_apart() -> None:
    kept: list[object] = []

    def around() -> bool:
        kept.append(object())
        return True

    def whole() -> None:
        around()
        kept.append([[]])

    said = check_callable(whole, Settings(max_time=60), bare=around)
    assert (said.verdict, said.rate) == (Verdict.LEAK, 4)
    assert said.without_body == pytest.approx(1.0, abs=0.2)


def test_a_bare_run_that_does_not_pass_ends_the_series_without_an_answer() -> None:
    asked: list[bool] = []

    def fails() -> bool:
        asked.append(True)
        return len(asked) < 5

    step = WithoutBody(fails, 1.0, None)
    step.drive(lambda: pytest.fail("the body is not asked"))
    assert len(asked) == 5
    assert step.found() == {"without_body": None}
    assert step.next() == -1


@MEASURES
def test_a_clean_body_is_asked_for_nothing_further() -> None:
    said = check_callable(lambda: None, Settings(), bare=lambda: pytest.fail("it leaks nothing"))
    assert said.verdict is Verdict.CLEAN
    assert said.without_body is None
