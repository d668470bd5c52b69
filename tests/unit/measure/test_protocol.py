# SPDX-License-Identifier: MIT
"""The order of steps, on real bodies."""

from __future__ import annotations

import copy
import functools
import itertools
import math
import sys
import time
from collections import deque
from collections.abc import Callable

import pytest

from leakcheck import _core
from leakcheck.config import Settings
from leakcheck.judge.sites import telling
from leakcheck.measure.protocol import Precedents, StepwiseCheck, check_callable
from leakcheck.model import Metric, Phase, Result, Verdict
from tests.unit.unchecked import MEASURES

pytestmark = MEASURES


def leak() -> Callable[[], None]:
    kept: list[bytearray] = []
    return lambda: kept.append(bytearray(100))


def test_a_clean_body_is_settled_in_three_runs() -> None:
    # A thread that is not the test's, such as a worker's of xdist, may make a block meanwhile.
    results = [check_callable(lambda: None, Settings()) for _ in range(3)]
    assert {result.verdict for result in results} == {Verdict.CLEAN}
    assert (0.75, 3) in [(result.bound, result.runs) for result in results]


def test_a_leak_slower_than_the_declared_rate_is_named_where_it_shows() -> None:
    runs = itertools.count()
    kept: list[object] = []

    def body() -> None:
        if next(runs) % 3 == 0:
            kept.append(bytearray(600))

    result = check_callable(body, Settings())
    assert result.verdict is Verdict.LEAK
    assert 0.5 < result.rate < 0.8  # Two blocks in every third run.


def test_a_leak_is_confirmed_by_longer_windows() -> None:
    result = check_callable(leak(), Settings())
    assert (result.verdict, result.rate) == (Verdict.LEAK, 2.0)
    assert result.judged >= 900
    assert result.runs > result.judged
    assert [r.runs for r in result.readings] == sorted(r.runs for r in result.readings)


@pytest.mark.parametrize("size", [20, 128, 500])
def test_a_ring_that_fills_is_no_leak(size: int) -> None:
    ring: deque[bytearray] = deque(maxlen=size)
    assert check_callable(lambda: ring.append(bytearray(9)), Settings()).verdict is Verdict.CLEAN


def test_a_bounded_lru_cache_longer_than_the_check_is_named_not_convicted() -> None:
    numbers = itertools.count()

    @functools.lru_cache(maxsize=100_000)
    def parse(number: int) -> list[int]:
        return [number, number]

    result = check_callable(lambda: parse(next(numbers)), Settings())
    assert result.verdict is Verdict.CACHE
    assert result.cache.endswith("parse")
    assert "parse" in result.reason
    assert "of 100000 entries" in result.reason


def test_an_lru_cache_without_a_limit_is_named() -> None:
    numbers = itertools.count()

    @functools.cache
    def parse(number: int) -> list[int]:
        return [number, number]

    result = check_callable(lambda: parse(next(numbers)), Settings())
    assert result.verdict is Verdict.UNBOUNDED_CACHE
    assert result.cache.endswith("parse")
    assert "no limit" in result.reason


REGISTER: list[object] = []


def test_a_reference_without_a_block_is_a_leak_and_its_list_is_named() -> None:
    result = check_callable(lambda: REGISTER.append(None), Settings())
    REGISTER.clear()
    assert result.verdict is Verdict.LEAK
    assert result.metric is Metric.REFERENCES
    assert result.containers[0].type == "list"
    assert result.containers[0].path.endswith("REGISTER")
    assert result.containers[0].after - result.containers[0].before == 16


def test_the_container_that_grows_is_named_from_where_it_is_held() -> None:
    result = check_callable(lambda: REGISTER.append([]), Settings())
    REGISTER.clear()
    assert result.metric is Metric.BLOCKS
    assert [one.path.rpartition(".")[2] for one in result.containers] == ["REGISTER"]


def test_a_container_may_be_held_by_a_root_that_the_caller_names() -> None:
    rows: list[object] = []
    result = check_callable(
        lambda: rows.append([]), Settings(), roots=lambda: {"fixture `db` (session)": rows}
    )
    assert result.containers[0].path == "fixture `db` (session)"
    assert result.containers[0].module == ""


def test_a_leak_proven_before_keeps_what_is_known_of_it() -> None:
    precedents = Precedents()
    found = [
        check_callable(lambda: REGISTER.append([]), Settings(), precedents=precedents)
        for _ in range(2)
    ]
    REGISTER.clear()
    assert found[0].containers == found[1].containers
    assert found[1].containers[0].path.endswith("REGISTER")


def test_a_bounded_cache_beside_a_leak_does_not_excuse_it() -> None:
    numbers = itertools.count()
    kept: list[list[int]] = []

    @functools.lru_cache(maxsize=100_000)
    def parse(number: int) -> int:
        return number + 1

    def both() -> None:
        number = next(numbers)
        parse(number)
        kept.extend([number] for _ in range(40))

    assert check_callable(both, Settings()).verdict is Verdict.LEAK


def test_a_leak_proven_before_is_not_confirmed_again() -> None:
    precedents = Precedents()
    kept: list[bytearray] = []

    def body() -> None:
        kept.append(bytearray(100))

    first = check_callable(body, Settings(), precedents=precedents)
    second = check_callable(body, Settings(), precedents=precedents)
    assert (first.verdict, second.verdict) == (Verdict.LEAK, Verdict.LEAK)
    assert second.runs < first.runs / 5


def test_a_leak_that_lies_deep_in_the_standard_library_is_a_precedent_too() -> None:
    precedents = Precedents(telling)
    kept: list[object] = []

    def body() -> None:
        kept.append(copy.deepcopy([[object()]]))

    first, second = (check_callable(body, Settings(), precedents=precedents) for _ in range(2))
    assert (first.verdict, second.verdict) == (Verdict.LEAK, Verdict.LEAK)
    assert all(len(telling(site)) > 2 for site in first.sites if site.grows)
    assert second.runs < first.runs / 5


def test_a_site_that_tells_nothing_is_no_precedent() -> None:
    precedents = Precedents(lambda _: ())
    body = leak()
    first, second = (check_callable(body, Settings(), precedents=precedents) for _ in range(2))
    assert (first.verdict, second.verdict) == (Verdict.LEAK, Verdict.LEAK)
    assert second.judged == first.judged


def test_the_same_seed_gives_the_same_readings() -> None:
    def runs(result: Result) -> list[tuple[Phase, int]]:
        return [(r.phase, r.runs) for r in result.readings]

    first, again = (check_callable(leak(), Settings(seed=5)) for _ in range(2))
    other = check_callable(leak(), Settings(seed=6))
    assert runs(first) == runs(again)
    assert runs(first) != runs(other)


def test_iterations_are_done_exactly() -> None:
    result = check_callable(leak(), Settings(iterations=777))
    assert result.marks[-1] == 777
    assert [s.blocks for s in result.sites if s.grows] == [2 * 777]


class Order:
    def __init__(self) -> None:
        self.lines = bytearray(100)


def test_a_stack_goes_from_the_call_of_a_class_straight_to_its_init() -> None:
    kept: list[Order] = []

    def take() -> None:
        kept.append(Order())

    result = check_callable(take, Settings(iterations=200))
    stacks = {tuple(f.function.rpartition(".")[2] for f in s.frames) for s in result.sites}
    assert ("take", "__init__") in stacks
    assert {f.file for s in result.sites if s.grows for f in s.frames} == {__file__}


def test_no_time_is_no_decision() -> None:
    result = check_callable(leak(), Settings(max_time=1e-9))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "time is too short" in result.reason


def test_a_screen_that_can_not_end_in_time_is_not_begun() -> None:
    runs = 0

    def slow() -> None:
        nonlocal runs
        runs += 1
        time.sleep(0.1)

    slow()  # A code's first call makes a block where a trace function was set before (3.12+).
    runs = 0
    result = check_callable(slow, Settings(rate=0.3, max_time=0.6))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "time is too short for more than " in result.reason
    assert 1 <= runs <= 2


def test_progress_hears_of_all_three_phases_in_order() -> None:
    heard: list[tuple[Phase, int]] = []
    check_callable(leak(), Settings(), progress=lambda phase, runs, _: heard.append((phase, runs)))
    assert {phase for phase, _ in heard} == set(Phase)
    assert [runs for _, runs in heard] == sorted(runs for _, runs in heard)


def test_an_error_of_the_body_leaves_nothing_open() -> None:
    calls = itertools.count()

    def fail() -> None:
        if next(calls) == 2:
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        check_callable(fail, Settings())
    assert not _core.active()


def test_the_stepwise_check_says_what_drive_says() -> None:
    kept: list[bytearray] = []
    check = StepwiseCheck(Settings())
    while (runs := check.next()) is not None:
        for _ in range(runs):
            kept.append(bytearray(1))
        check.read()
    check.close()
    assert (check.result().verdict, check.result().rate) == (Verdict.LEAK, 2.0)


def test_a_stepwise_check_closed_early_has_no_result() -> None:
    check = StepwiseCheck(Settings())
    check.next()
    check.close()
    check.close()
    with pytest.raises(RuntimeError, match="closed before"):
        check.result()
    with pytest.raises(RuntimeError, match="decided"):
        check.read()
    assert not _core.active()


def test_a_leak_beside_a_cache_that_bends_the_sum_is_found() -> None:
    numbers = itertools.count()
    kept: list[object] = []
    window: dict[int, bytearray] = {}

    def body() -> None:
        number = next(numbers)
        kept.append(object())
        if number < 700:
            window[number] = bytearray(number % 7)

    assert check_callable(body, Settings()).verdict is Verdict.LEAK


def test_a_check_leaves_no_block_of_ours_behind() -> None:
    settings = Settings()
    for _ in range(4):
        check_callable(int, settings)
    before = sys.getallocatedblocks()
    for _ in range(20):
        check_callable(int, settings)
    assert sys.getallocatedblocks() - before <= 5


def test_growth_like_a_root_is_no_leak_at_a_small_rate_either() -> None:
    numbers = itertools.count(1)
    kept: list[object] = []

    def body() -> None:
        if len(kept) < 6 * math.sqrt(next(numbers)):
            kept.append(object())

    result = check_callable(body, Settings(rate=0.01))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "ever more slowly" in result.reason


def test_an_exact_leak_is_confirmed_at_a_small_rate_without_the_added_windows() -> None:
    result = check_callable(leak(), Settings(rate=0.01))
    assert (result.verdict, result.exact, result.judged) == (Verdict.LEAK, True, 1410)
