# SPDX-License-Identifier: MIT
"""Blocks are found as objects: from the objects to their blocks, and never by a guess."""

from __future__ import annotations

import array
import ctypes
import gc
import itertools
import sys
import types
import weakref
from collections import deque
from typing import Any

import pytest

from leakcheck import _core
from tests.ext.owned import LOOSE, OBJECT, OWNED, RUNS, owners

lose = ctypes.pythonapi.Py_IncRef
lose.argtypes = [ctypes.py_object]
lose.restype = None


class Plain:
    def __init__(self) -> None:
        self.value = [None]


class Slots:
    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = (object(), object())


def test_objects_their_values_and_what_these_hold_are_found_by_type() -> None:
    kept: list[Any] = []
    found = owners(lambda: kept.append((Plain(), Slots())))
    for kind in (tuple, Plain, list, Slots, object):
        assert found[OBJECT, kind].count >= RUNS
        assert found[OBJECT, kind].inner == 0
        assert all(type(one) is kind for one in found[OBJECT, kind].sample)
    assert not [key for key in found if key[0] == LOOSE]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: [None] * 9, list),
        (lambda: bytearray(90), bytearray),
        (lambda: array.array("q", range(20)), array.array),
        (lambda: set(range(300, 340)), set),
        (lambda: dict.fromkeys(range(300, 320)), dict),
        (lambda: {f"key {number}": None for number in range(3)}, dict),
        (lambda: deque(range(400)), deque),
        (Plain, Plain),
        (vars(gc).copy, dict),
        (lambda: types.SimpleNamespace(a=1, b=2), types.SimpleNamespace),
        (lambda: type("Made", (), {"a": []}), type),
        (lambda: compile("x = [1, 2]", "f", "exec"), types.CodeType),
        ({}.keys, type({}.keys())),
    ],
)
def test_buffers_belong_to_what_points_to_them(make: Any, kind: type) -> None:
    kept: list[Any] = []
    found = owners(lambda: kept.append(make()))
    assert found[OBJECT, kind].count >= RUNS
    assert not [key for key in found if key[0] == LOOSE]
    gc.collect()


def test_strings_that_are_keys_only_are_found() -> None:
    kept: dict[str, None] = {}
    numbers = itertools.count()
    found = owners(lambda: kept.setdefault(f"a key {next(numbers)}"))
    assert found[OBJECT, str].count >= RUNS
    assert not [key for key in found if key[0] == LOOSE]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: bytes(bytearray(60)), bytes),
        (object, object),
        (lambda: str(bytearray(9)), str),
        (lambda: 2**70 + len(gc.callbacks), int),
        (lambda: float(len(gc.callbacks)), float),
    ],
)
def test_what_nothing_leads_to_is_told_by_its_first_words_and_never_used(
    make: Any, kind: type
) -> None:
    found = owners(lambda: lose(make()))
    assert found[LOOSE, kind].count >= RUNS
    assert found[LOOSE, kind].references == 1
    assert found[LOOSE, kind].sample == []
    assert (OBJECT, kind) not in found


def test_what_hangs_on_something_that_nothing_leads_to_is_inner() -> None:
    found = owners(lambda: lose((str(bytearray(9)), bytes(bytearray(70)))))
    gc.collect()
    assert found[LOOSE, str].inner == found[LOOSE, str].count
    assert found[LOOSE, str].by == {tuple}


def test_raw_memory_that_is_no_object_is_said_to_be_none() -> None:
    malloc = ctypes.pythonapi.PyMem_Malloc
    malloc.argtypes, malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    blocks: list[int] = []

    def body() -> None:
        block = malloc(120)
        ctypes.memset(block, 0x5A, 120)
        blocks.append(block)

    found = owners(body)
    assert found[LOOSE, None].count >= RUNS


def test_a_weak_reference_holds_nothing() -> None:
    kept: list[Any] = []

    class Lost:
        __slots__ = ("__weakref__",)

    def body() -> None:
        one = bytes(bytearray(50))
        lose(one)
        thing = Lost()
        kept.append(weakref.ref(thing))
        lose(thing)

    found = owners(body)
    assert found[OBJECT, Lost].inner == 0
    assert found[LOOSE, bytes].count >= RUNS


def test_interned_strings_are_the_interpreters() -> None:
    numbers = itertools.count()
    found = owners(lambda: lose(sys.intern(f"interned {next(numbers)}")))
    assert (LOOSE, str) not in found


def test_a_buffer_of_an_extension_type_without_traverse_is_its_own() -> None:
    kept: list[Any] = []
    found = owners(lambda: kept.append(memoryview(bytearray(50)).cast("B")))
    assert not [key for key in found if key[0] == LOOSE]
    # Since CPython 3.15 a bytearray keeps its bytes in an object.
    buffer = bytes if sys.version_info >= (3, 15) else None
    assert found[OWNED, buffer].count >= RUNS
    assert found[OWNED, buffer].by == {bytearray}


def test_nothing_is_kept_of_what_was_found() -> None:
    kept: list[Any] = []
    check = _core.Check(mode=_core.MODE_FIXED, iterations=RUNS)
    check.drive(lambda: kept.append([None]))
    counts = [sys.getrefcount(one) for one in kept]
    told = check.owners(60.0)
    assert told
    del told
    assert [sys.getrefcount(one) for one in kept] == counts
    counts = []
    for _ in range(20):
        check.owners(60.0)
        gc.collect()
        counts.append(sys.getallocatedblocks())
    assert counts[-1] - counts[1] < len(counts)
    assert gc.isenabled()


def test_a_check_that_traced_nothing_owns_nothing() -> None:
    check = _core.Check(rate=1.0)
    check.drive(lambda: None)
    assert check.owners(60.0) == []


def test_a_search_that_runs_out_of_time_says_so() -> None:
    kept: list[Any] = []
    check = _core.Check(mode=_core.MODE_FIXED, iterations=RUNS)
    check.drive(lambda: kept.append([None]))
    assert check.owners(1e-9) is None


def test_owners_are_asked_of_a_closed_check_with_some_time() -> None:
    check = _core.Check(mode=_core.MODE_FIXED, iterations=RUNS)
    with pytest.raises(RuntimeError, match="not decided or closed"):
        check.owners(1.0)
    check.close()
    with pytest.raises(ValueError, match="above 0"):
        check.owners(0.0)
    with pytest.raises(TypeError):
        check.owners("soon")  # type: ignore[arg-type]
