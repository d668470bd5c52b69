# SPDX-License-Identifier: MIT
"""Shards as one session: nothing is lost, nothing counts twice, the worst wins."""

from dataclasses import replace
from itertools import permutations

import pytest

from leakcheck.gate.baseline import Entry
from leakcheck.gate.merge import merged
from leakcheck.gate.session import Standing
from leakcheck.model import Verdict
from tests.unit.made_sessions import case, clean, leak, other, session

KNOWN = Entry("LC-1", "app", "blocks", {"t.py::x": 2})


def test_tests_of_all_shards_are_in_it_once():
    shards = [session(case(f"t.py::{name}", clean())) for name in "abca"]
    found = merged(shards)
    assert sorted(one.nodeid for one in found.tests) == ["t.py::a", "t.py::b", "t.py::c"]
    assert found.shards == 4


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_of_two_results_the_worst_wins_in_any_order(order):
    results = [
        case("t.py::x", clean()),
        case("t.py::x", other(Verdict.INCONCLUSIVE)),
        case("t.py::x", leak(), standing=Standing.KNOWN),
        case("t.py::x", leak()),
    ]
    (one,) = merged([session(results[at]) for at in order]).tests
    assert one.standing is Standing.NEW
    (one,) = merged([session(results[at]) for at in order if at < 3]).tests
    assert one.standing is Standing.KNOWN
    (one,) = merged([session(results[at]) for at in order if at < 2]).tests
    assert one.result.verdict is Verdict.INCONCLUSIVE


def test_a_test_on_two_interpreters_is_two_results():
    shards = [session(case("t.py::x", clean()), python=version) for version in ("3.11.7", "3.13.0")]
    found = merged(shards)
    assert [one.worker for one in found.tests] == [
        "CPython 3.11.7 on Linux-6.1-x86_64",
        "CPython 3.13.0 on Linux-6.1-x86_64",
    ]
    assert found.python == "3.11.7, 3.13.0"


@pytest.mark.parametrize(
    ("statuses", "together"),
    [((0, 0), 0), ((0, 1), 1), ((1, 2), 2), ((5, 0), 0), ((5, 5), 5), ((1, 3), 3), ((0, 4), 4)],
)
def test_the_worst_status_wins(statuses, together):
    assert merged([session(status=status) for status in statuses]).status == together


def test_known_leaks_and_sources_of_all_shards_are_kept():
    left = session(known=(KNOWN,), ignored=("a",), sources={"a.py": {1: "x"}})
    right = session(known=(replace(KNOWN, tests={"t.py::y": 1}),), sources={"a.py": {2: "y"}})
    found = merged([left, right])
    assert found.known == (replace(KNOWN, tests={"t.py::x": 2, "t.py::y": 1}),)
    assert found.sources["a.py"] == {1: "x", 2: "y"}
    assert found.ignored == ("a",)


@pytest.mark.parametrize(
    ("parts", "said", "whole"),
    [((True, True), False, True), ((True, False), False, False), ((False, False), True, True)],
)
def test_it_is_whole_when_each_is_or_when_it_is_said(parts, said, whole):
    assert merged([session(whole=part) for part in parts], whole=said).whole is whole
