# SPDX-License-Identifier: MIT
"""The wide metrics are the collector's own objects and the entries of lists and deques."""

from __future__ import annotations

import collections
import gc
import sys
import weakref
from collections.abc import Callable

import pytest

from leakcheck import _core


def _now() -> tuple[int, int]:
    counts = _core.wide(0)
    assert counts is not None
    return counts


def test_the_pass_counts_what_the_collector_lists() -> None:
    gc.collect()
    frozen = gc.get_freeze_count()
    every = gc.get_objects()
    objects, references = _now()
    entries = sum(len(o) for o in every if isinstance(o, list | collections.deque))
    assert abs(objects - frozen - len(every)) <= 5
    if frozen == 0:
        assert abs(references - entries - len(every)) <= 5


class OwnList(list[object]):
    pass


class OwnDeque(collections.deque[object]):
    def __init__(self) -> None:
        super().__init__()
        self.more = None


class Slotted(collections.deque[object]):
    __slots__ = ()


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("kind", [list, collections.deque, OwnList, OwnDeque, Slotted])
def test_each_entry_counts_once(kind: Callable[[], list[object]], *, frozen: bool) -> None:
    kept = kind()
    gc.collect()
    if frozen:
        gc.freeze()
    try:
        before = _now()
        for _ in range(1000):
            kept.append(None)
        after = _now()
    finally:
        if frozen:
            gc.unfreeze()
    assert after[1] - before[1] == 1000
    assert abs(after[0] - before[0]) <= 2


def test_dicts_sets_and_tuples_have_no_entries_here() -> None:
    kept: list[object] = [None] * 3
    gc.collect()
    before = _now()
    kept[0] = dict.fromkeys(range(500))
    kept[1] = set(range(500))
    kept[2] = ([], *range(500))
    assert _now()[1] - before[1] <= 1


def test_each_tracked_object_counts_once() -> None:
    kept: list[object] = [None] * 100
    gc.collect()
    before = _now()
    for i in range(100):
        kept[i] = [None] * 7
    after = _now()
    assert 100 <= after[0] - before[0] <= 102
    assert 700 <= after[1] - before[1] <= 702


def test_more_objects_than_the_limit_are_not_counted() -> None:
    objects, _ = _now()
    assert _core.wide(objects + 100) is not None
    assert _core.wide(objects // 2) is None
    assert _core.wide(1) is None


def test_a_pass_leaves_no_reference_behind() -> None:
    class Mine(collections.deque[object]):
        pass

    kept = Mine()
    reference = weakref.ref(kept)
    counts = sys.getrefcount(kept), sys.getrefcount(Mine)
    for _ in range(100):
        _now()
    assert (sys.getrefcount(kept), sys.getrefcount(Mine)) == counts
    del kept
    assert reference() is None
