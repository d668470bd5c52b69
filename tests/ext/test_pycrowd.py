# SPDX-License-Identifier: MIT
"""Where there are too many objects to go through, that is found once and not in each check."""

from __future__ import annotations

import gc

import pytest

from leakcheck import _core

NOT_COUNTED = -1


def objects(most: int) -> int:
    """Of the first reading of a check with that limit."""
    check = _core.Check(max_objects=most)
    check.drive(lambda: None)
    raw = check.result()
    counted: int = raw["readings"][0][4]
    assert raw["wide"] == (counted != NOT_COUNTED)
    return counted


@pytest.fixture
def most() -> int:
    """A limit that holds until some more objects are made."""
    gc.collect()
    counts = _core.wide(0)
    if counts is None:
        pytest.skip("this interpreter keeps its objects where the sampler does not look")
    return counts[0] + counts[0] // 2


def test_too_many_objects_are_not_counted_in_any_check(most: int) -> None:
    kept = [[] for _ in range(most)]
    assert [objects(most) for _ in range(3)] == [NOT_COUNTED] * 3
    assert len(kept) == most


def test_it_is_not_tried_again_while_there_are_as_many_blocks(most: int) -> None:
    kept: list[object] = [[] for _ in range(most)]
    assert objects(most) == NOT_COUNTED
    kept[:] = [bytes(40 + i % 2) for i in range(most)]
    assert [objects(most) for _ in range(2)] == [NOT_COUNTED] * 2


def test_objects_are_counted_again_when_many_blocks_are_gone(most: int) -> None:
    kept = [[] for _ in range(most * 2)]
    assert objects(most) == NOT_COUNTED
    del kept
    objects(most)  # Sees how many blocks there are now.
    assert objects(most) != NOT_COUNTED


def test_another_limit_is_tried(most: int) -> None:
    kept = [[] for _ in range(most)]
    assert objects(most) == NOT_COUNTED
    assert objects(10 * most) != NOT_COUNTED
    assert len(kept) == most
