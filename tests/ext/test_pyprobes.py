# SPDX-License-Identifier: MIT
"""What a probe counts is judged like the counters of the heap."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from leakcheck import _core

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck.measure.raw import RawResult

FIRST = 5
"""Index of the first probe among the metrics."""


def judged(body: Callable[[], object], *probes: Any, **settings: Any) -> RawResult:
    check = _core.Check(probes=probes, **settings)
    check.drive(body)
    return check.result()


def nothing() -> None:
    pass


@pytest.mark.parametrize("place", range(12))
def test_a_probe_that_grows_with_the_runs_is_a_leak_of_its_own(place: int) -> None:
    count = [40]

    def opens() -> None:
        count[0] += 1

    probes: list[Any] = [lambda: 7] * 12
    probes[place] = lambda: count[0]
    found = judged(opens, *probes)
    assert (found["verdict"], found["metric"]) == (1, FIRST + place)
    assert found["exact"]
    assert found["slope"] == pytest.approx(1.0)
    first, last = found["readings"][0], found["readings"][-1]
    assert first[7] is not None
    assert last[7] is not None
    assert last[7][place] - first[7][place] == last[1]


def test_probes_that_stand_still_are_clean_whatever_they_say() -> None:
    found = judged(nothing, lambda: 3, lambda: -5)
    assert found["verdict"] == 0
    asked = [reading[7] for reading in found["readings"] if reading[7] is not None]
    assert asked == [(3, -5)] * len(asked)
    assert len(asked) >= 3


def test_a_probe_that_is_full_after_some_runs_is_clean() -> None:
    pool: set[int] = set()
    turn = itertools.count()
    found = judged(lambda: pool.add(next(turn) % 20), lambda: len(pool))
    assert found["verdict"] == 0


def test_each_mark_of_a_confirmation_has_the_probes_where_they_are_what_is_suspected() -> None:
    count = [0]

    def opens() -> None:
        count[0] += 1

    found = judged(opens, lambda: count[0], mode=_core.MODE_CONFIRM, wide=True, windows=4)
    assert (found["verdict"], found["metric"]) == (1, FIRST)
    assert all(reading[7] is not None for reading in found["readings"])


@pytest.mark.parametrize(
    ("probe", "error"),
    [
        (lambda: 1 // 0, ZeroDivisionError),
        (lambda: "many", TypeError),
        (lambda: None, TypeError),
        (lambda: 2**70, OverflowError),
    ],
)
def test_a_probe_that_fails_ends_the_check(probe: Any, error: type[Exception]) -> None:
    check = _core.Check(probes=(probe,))
    with pytest.raises(error):
        check.drive(nothing)
    assert judged(nothing)["verdict"] == 0  # Another check can begin.


def test_a_probe_that_counts_one_less_than_nothing_is_no_failure() -> None:
    assert judged(nothing, lambda: -1)["verdict"] == 0


@pytest.mark.parametrize(
    ("probes", "error"),
    [
        ((nothing,) * 13, ValueError),
        ((3,), TypeError),
        ([nothing], TypeError),
    ],
)
def test_what_can_not_be_probes_is_refused(probes: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        _core.Check(probes=probes)
