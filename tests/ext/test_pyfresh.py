# SPDX-License-Identifier: MIT
"""What is new among the objects of the collector is found by address."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

from leakcheck import _core


class Node:
    """Something that the collector tracks."""


def test_objects_made_since_are_found_and_older_ones_are_not() -> None:
    old = [Node() for _ in range(50)]
    gc.collect()
    then = _core.addresses()
    new = [Node() for _ in range(50)]
    found = [one for one in _core.fresh(then) if type(one) is Node]
    assert {id(one) for one in found} == {id(one) for one in new}
    assert not {id(one) for one in old} & {id(one) for one in found}


def test_all_that_is_tracked_is_listed() -> None:
    gc.collect()
    every = gc.get_objects()
    listed = _core.addresses()
    assert abs(len(listed) // 8 - len(every) - gc.get_freeze_count()) <= 5


def test_since_nothing_everything_is_new() -> None:
    found = _core.fresh(b"")
    assert abs(len(found) - len(gc.get_objects()) - gc.get_freeze_count()) <= 20
    assert all(one is not found for one in found)


def test_frozen_objects_are_seen() -> None:
    kept = Node()
    gc.freeze()
    try:
        then = _core.addresses()
        assert all(one is not kept for one in _core.fresh(then))
        assert any(one is kept for one in _core.fresh(b""))
    finally:
        gc.unfreeze()


def test_nothing_is_kept() -> None:
    then = _core.addresses()
    one = Node()
    ghost = weakref.ref(one)
    count = sys.getrefcount(one)
    _core.fresh(then)
    assert sys.getrefcount(one) == count
    del one
    assert ghost() is None


@pytest.mark.parametrize("bad", [b"1234567", "12345678", None, bytearray(8)])
def test_what_addresses_did_not_give_is_refused(bad: object) -> None:
    with pytest.raises(TypeError, match=r"addresses\(\)"):
        _core.fresh(bad)  # type: ignore[arg-type]
