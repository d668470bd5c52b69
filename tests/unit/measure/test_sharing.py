# SPDX-License-Identifier: MIT
"""What stayed is split evenly between the growing containers that reach it."""

from __future__ import annotations

import types

import pytest

from leakcheck.measure.growing import Recount
from leakcheck.measure.sharing import Grown, shares
from tests.unit.unchecked import KEEPS

KEPT: list[object] = []
AGAIN: dict[object, object] = {}
NAMES: list[str] = []


def test_what_one_container_reaches_is_all_its() -> None:
    deep = [[[]]]
    one, two = [deep], [[]]
    fresh = [deep, deep[0], deep[0][0], two[0]]
    assert shares([Grown(one, 1), Grown(two, 1)], fresh) == [3 / 4, 1 / 4]


def test_what_two_reach_is_split() -> None:
    both: list[object] = [[]]
    one, two = [both], [both, []]
    fresh = [both, both[0], two[1]]
    assert shares([Grown(one, 1), Grown(two, 2)], fresh) == [1 / 3, 2 / 3]


def test_entries_that_the_collector_does_not_know_count_where_they_are() -> None:
    one, two = ["a", "b", "c"], [[]]
    assert shares([Grown(one, 3), Grown(two, 1)], [two[0]]) == [3 / 4, 1 / 4]


def test_what_was_there_before_leads_nowhere() -> None:
    fresh: list[object] = []
    old = [fresh]
    one, two = [old, []], [fresh]
    assert shares([Grown(one, 1), Grown(two, 1)], [one[1], fresh]) == [1 / 2, 1 / 2]


def test_a_circle_ends_and_a_module_is_not_asked() -> None:
    circle: list[object] = []
    circle.append(circle)
    one = [circle, types]
    assert shares([Grown(one, 2)], [circle, one, types]) == [1.0]


def test_nothing_is_nobodys() -> None:
    assert shares([], [[]]) == []
    assert shares([Grown([], 0)], []) == [0.0]


@KEEPS
def test_a_recount_says_the_share_of_each_container() -> None:
    def keep() -> None:
        session = [[], []]
        KEPT.append(session)
        AGAIN[id(session)] = session
        NAMES.append(f"{len(NAMES)}")

    recount = Recount(1.0, None)
    recount.drive(keep)
    found = {one.path.rpartition(".")[2]: one.share for one in recount.containers}
    # Three lists a run, split between two; the number's key is one of AGAIN's entries.
    # Told as ratios, because something of a test runner's may grow at the same time.
    assert found["AGAIN"] == pytest.approx(found["KEPT"])
    assert found["NAMES"] == pytest.approx(found["KEPT"] / 1.5)
