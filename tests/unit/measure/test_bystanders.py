# SPDX-License-Identifier: MIT
"""The harness's own lists are handed to the sampler when they can be left out, and not before."""

from __future__ import annotations

import pytest

from leakcheck.measure import bystanders
from leakcheck.measure.bystanders import Bystanders


class Sampler:
    """What stands in for the sampler: notes what it is told to leave out."""

    def __init__(self) -> None:
        self.count = 0
        self.ready = False
        self.told: list[list[object]] = []

    def sortings(self) -> int:
        return self.count

    def leave_out(self, lists: list[object]) -> bool:
        if self.ready and lists:
            self.told.append(lists)
        return self.ready


ALL: list[object] = [["of a test"], ["of its report"]]


@pytest.fixture
def sampler(monkeypatch: pytest.MonkeyPatch) -> Sampler:
    made = Sampler()
    monkeypatch.setattr(bystanders, "load_core", lambda: made)
    return made


def test_nothing_is_gathered_before_the_first_check(sampler: Sampler) -> None:
    ours = Bystanders(lambda: pytest.fail("asked for"))
    ours.refresh()
    ours.more([["of a report"]])
    assert sampler.told == []


def test_all_are_left_out_once_the_sampler_has_set_its_lists_apart(sampler: Sampler) -> None:
    ours = Bystanders(lambda: ALL)
    sampler.count, sampler.ready = 1, True
    ours.refresh()
    ours.refresh()
    assert sampler.told == [ALL]


def test_what_comes_later_is_left_out_by_itself(sampler: Sampler) -> None:
    ours = Bystanders(lambda: ALL)
    sampler.count, sampler.ready = 1, True
    ours.refresh()
    more: list[object] = [["of a report"]]
    ours.more(more)
    assert sampler.told == [ALL, more]


def test_what_a_test_does_to_the_interpreter_is_not_met_when_it_is_reported(
    sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Bystanders(lambda: ALL)
    sampler.count, sampler.ready = 1, True
    ours.refresh()
    loaded = []
    monkeypatch.setattr(bystanders, "load_core", lambda: loaded.append(1) or sampler)
    ours.more([["of a report"]])
    assert (len(sampler.told), loaded) == (2, [])


def test_all_are_left_out_again_when_the_sampler_counts_them_again(sampler: Sampler) -> None:
    ours = Bystanders(lambda: ALL)
    sampler.count, sampler.ready = 1, True
    ours.refresh()
    sampler.count = 2
    ours.refresh()
    assert sampler.told == [ALL, ALL]


def test_a_full_collection_before_the_check_leaves_it_for_a_later_one(sampler: Sampler) -> None:
    ours = Bystanders(lambda: ALL)
    sampler.count, sampler.ready = 1, False
    ours.refresh()
    assert sampler.told == []
    sampler.ready = True
    ours.refresh()
    assert sampler.told == [ALL]
