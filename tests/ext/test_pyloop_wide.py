# SPDX-License-Identifier: MIT
"""What makes no block is seen by the wide metrics, or the result says that nobody looked."""

from __future__ import annotations

import collections
from collections.abc import Callable

import pytest

from leakcheck import _core
from leakcheck.measure.raw import RawResult

ROOMY = 5000
REFERENCES = 3


def roomy_list() -> list[object]:
    """A list that many appends do not resize."""
    kept: list[object] = [None] * ROOMY
    del kept[ROOMY // 2 + 1 :]
    return kept


def result_of(body: Callable[[], object], **settings: object) -> RawResult:
    check = _core.Check(**settings)  # type: ignore[arg-type]
    check.drive(body)
    return check.result()


def test_none_appended_to_an_old_list_is_a_leak_of_references() -> None:
    kept = roomy_list()
    result = result_of(lambda: kept.append(None))
    assert (result["verdict"], result["metric"]) == (1, REFERENCES)
    assert result["exact"]
    assert result["slope"] == pytest.approx(1.0)
    assert result["wide"]


def test_a_deque_that_is_full_holds_no_more_references() -> None:
    kept = collections.deque([None] * 100, maxlen=100)
    result = result_of(lambda: kept.append(None))
    assert result["verdict"] == 0
    assert result["wide"]


def test_what_is_not_counted_decides_nothing_and_is_said() -> None:
    kept = roomy_list()
    result = result_of(lambda: kept.append(None), max_objects=1)
    assert result["verdict"] == 0
    assert not result["wide"]
    assert {reading[4:7] for reading in result["readings"]} == {(-1, -1, -1)}


def test_no_limit_means_no_limit() -> None:
    assert result_of(lambda: None, max_objects=0)["wide"]


def test_a_heap_that_outgrows_the_limit_is_said_too() -> None:
    counts = _core.wide(0)
    assert counts is not None
    kept: list[object] = []
    result = result_of(
        lambda: kept.extend([[]] for _ in range(100)),
        mode=_core.MODE_FIXED,
        iterations=100,
        max_objects=counts[0] + 3000,
    )
    assert not result["wide"]
    objects = [reading[4] for reading in result["readings"]]
    assert objects[0] == -1 or objects[0] <= counts[0] + 3000
    assert objects[-1] == -1


def test_a_quiet_screen_reads_them_before_and_after() -> None:
    result = result_of(lambda: None)
    read = [reading[4:] for reading in result["readings"] if reading[4] >= 0]
    assert len(read) > 1
    assert read[0] == read[-1]


@pytest.mark.parametrize("wide", [False, True])
def test_a_confirmation_reads_them_where_it_is_told_to(*, wide: bool) -> None:
    kept = roomy_list()
    result = result_of(lambda: kept.append(None), mode=_core.MODE_CONFIRM, wide=wide)
    marks = result["readings"][-len(result["marks"]) :]
    assert {reading[5] >= 0 for reading in marks} == {wide}
    assert (result["verdict"] == 1) == wide


def test_every_mark_of_a_fixed_trace_has_them() -> None:
    kept = roomy_list()
    result = result_of(lambda: kept.append(None), mode=_core.MODE_FIXED, iterations=64)
    marks = result["readings"][-len(result["marks"]) :]
    grown = [reading[5] - marks[0][5] for reading in marks]
    assert grown == result["marks"]
    assert len({reading[4] for reading in marks}) == 1
