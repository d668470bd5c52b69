# SPDX-License-Identifier: MIT
"""A suspect is screened again without the caches that it fills, and traced where it still grows."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

import pytest

from leakcheck.config import Settings
from leakcheck.measure.protocol import StepwiseCheck, check_callable
from leakcheck.model import Phase, Verdict
from tests.unit.measure.remembering import CACHE, SOMETHING, limited
from tests.unit.unchecked import MEASURES

pytestmark = [MEASURES, pytest.mark.usefixtures("nothing_remembered")]


NUMBER = TypeVar("NUMBER")


def test_a_cache_with_a_limit_is_clean_long_before_it_is_full() -> None:
    remembered = limited(500)
    result = check_callable(lambda: remembered(next(SOMETHING)), Settings())
    assert result.verdict is Verdict.CLEAN
    assert result.runs < 100
    assert result.emptied == (CACHE,)
    assert result.reason.endswith(f"emptied before each reading: {result.emptied[0]}")
    assert [reading.runs for reading in result.readings] == sorted(
        reading.runs for reading in result.readings
    )
    assert result.readings[-1].runs == result.runs


def test_a_class_made_in_each_run_is_clean_long_before_the_caches_of_typing_are_full() -> None:
    def body() -> None:
        class Made(Generic[NUMBER]):
            pass

        assert Made[int]

    result = check_callable(body, Settings())
    assert result.verdict is Verdict.CLEAN
    assert result.runs < 100
    assert any("typing" in name for name in result.emptied)


def test_the_next_test_that_fills_the_same_cache_takes_no_second_screen() -> None:
    def body() -> None:
        class Made(Generic[NUMBER]):
            pass

        assert Made[int]

    check_callable(body, Settings())
    result = check_callable(body, Settings())
    assert result.verdict is Verdict.CLEAN
    assert result.emptied == ()
    assert result.runs < 16


def test_a_leak_beside_a_cache_is_a_leak_with_its_line() -> None:
    remembered = limited(64)
    kept: list[object] = []

    def body() -> None:
        remembered(next(SOMETHING))
        kept.append(object())

    result = check_callable(body, Settings())
    assert result.verdict is Verdict.LEAK
    assert result.sites[0].frames[-1].line == body.__code__.co_firstlineno + 2


def test_references_that_leak_beside_a_cache_are_a_leak() -> None:
    """Only the second screen shows that there is more than the cache, which no block tells."""
    remembered = limited(64)
    kept: list[None] = []

    def body() -> None:
        remembered(next(SOMETHING))
        kept.append(None)

    result = check_callable(body, Settings())
    assert result.verdict is Verdict.LEAK
    assert str(result.metric) == "references"
    remembered(1)
    check_callable(lambda: None, Settings())
    assert remembered.cache_info().currsize > 0  # type: ignore[attr-defined]


def test_a_leak_without_caches_is_traced_with_all_its_readings_in_order() -> None:
    kept: list[object] = []
    result = check_callable(lambda: kept.append(object()), Settings())
    assert result.verdict is Verdict.LEAK
    phases = [reading.phase for reading in result.readings]
    assert phases.index(Phase.TRACE) > phases.index(Phase.SCREEN)
    runs = [reading.runs for reading in result.readings]
    assert runs == sorted(runs)
    assert result.runs == len(kept)


def test_what_only_references_show_is_traced_with_them() -> None:
    kept: list[None] = []
    result = check_callable(lambda: kept.append(None), Settings())
    assert result.verdict is Verdict.LEAK
    assert str(result.metric) == "references"


def test_a_coroutine_s_runs_are_screened_again_too() -> None:
    remembered = limited(500)
    check = StepwiseCheck(Settings())
    while (runs := check.next()) is not None:
        for _ in range(runs):
            remembered(next(SOMETHING))
        check.read()
    check.close()
    assert check.result().verdict is Verdict.CLEAN
    assert len(check.result().emptied) == 1


@pytest.mark.parametrize("seconds", [0.05, 0.15])
def test_a_suspect_for_which_the_time_is_too_short_is_inconclusive(seconds: float) -> None:
    kept: list[object] = []

    def body() -> None:
        time.sleep(0.01)
        kept.append(object())

    result = check_callable(body, Settings(max_time=seconds))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert f"more than {result.runs} runs" in result.reason
    assert result.metric is None


def test_without_explaining_nothing_is_emptied() -> None:
    remembered = limited(500)
    result = check_callable(lambda: remembered(next(SOMETHING)), Settings(), explain=False)
    assert result.emptied == ()
    assert remembered.cache_info().currsize == 500  # type: ignore[attr-defined]
