# SPDX-License-Identifier: MIT
"""The rules of other tools, on series made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bench import rival_rules as rules


def driven(level: Callable[[int], int]) -> rules.Run:
    """A process whose level is a function of the runs done."""
    done = 0

    def run(runs: int) -> int:
        nonlocal done
        done += runs
        return level(done)

    return run


def steady(run: int) -> int:
    return run


def constant(run: int) -> int:
    return 7


def one_in_ten(run: int) -> int:
    return run // 10


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_each_rule_finds_a_block_in_each_run_and_lets_a_constant_be(rule: rules.Rule) -> None:
    assert rule.judge(driven(steady)).leak
    assert not rule.judge(driven(constant)).leak


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_each_rule_says_what_it_is_and_where_it_comes_from(rule: rules.Rule) -> None:
    told = (rule.judge.__doc__ or "") + (rules.rises_by_mann_kendall.__doc__ or "")
    assert "Source" in told or "twenty runs" in told


def test_cpython_does_six_runs_and_needs_growth_in_each_of_the_last_three() -> None:
    assert rules.cpython(driven(steady)) == rules.Answer(leak=True, runs=6)
    assert not rules.cpython(driven(lambda run: min(run, 5))).leak


def test_leakcanary_stops_at_the_first_dump_at_which_nothing_grew_by_its_loops() -> None:
    assert rules.leakcanary(driven(steady)) == rules.Answer(leak=True, runs=10)
    assert rules.leakcanary(driven(lambda run: run // 2)) == rules.Answer(leak=False, runs=4)
    assert rules.leakcanary(driven(lambda run: min(run, 6))) == rules.Answer(leak=False, runs=8)


def test_bleak_needs_growth_between_all_of_eight_snapshots() -> None:
    assert rules.bleak(driven(steady)) == rules.Answer(leak=True, runs=8)
    assert not rules.bleak(driven(lambda run: min(run, 7))).leak


def test_mann_kendall_sees_a_trend_in_a_one_in_ten_leak_and_least_squares_no_line() -> None:
    assert rules.mann_kendall(driven(one_in_ten)).leak
    assert not rules.least_squares(driven(one_in_ten)).leak


def test_the_correction_for_ties_is_in_the_variance() -> None:
    # 18 equal levels, then two higher ones: S = 36, variance 316.0 with ties, 950 without.
    assert rules.rises_by_mann_kendall([0] * 18 + [1, 1])
    assert not rules.rises_by_mann_kendall([1, 0] * 10)
    assert not rules.rises_by_mann_kendall([3] * 20)


def test_least_squares_wants_more_than_nine_tenths_of_the_variance() -> None:
    assert rules.rises_by_least_squares(range(20))
    assert not rules.rises_by_least_squares([5] * 20)
    assert not rules.rises_by_least_squares([-level for level in range(20)])
    assert not rules.rises_by_least_squares([0, 9] * 10)


def test_psleak_passes_what_fades_and_what_is_under_its_floor() -> None:
    assert rules.psleak(driven(constant)) == rules.Answer(leak=False, runs=210)
    assert rules.psleak(driven(lambda run: min(run, 5000))).leak is False
    assert rules.psleak(driven(one_in_ten)) == rules.Answer(leak=False, runs=510)
    assert rules.psleak(driven(steady)).runs == 10 + 22652
