# SPDX-License-Identifier: MIT
"""Every block is recorded once, at the stack that made it, until it goes."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from tests.ext.recorded import RUNS, Recorded

Trace = Callable[..., Recorded]


def test_a_small_object_kept_each_run_is_one_block_a_run(trace: Trace) -> None:
    kept: list[object] = []

    def keep() -> None:
        kept.append(object())

    assert trace(keep).net() in (RUNS, RUNS + 1)  # One more where the list got its first items.


def test_a_large_object_is_not_counted_again_by_the_raw_domain(trace: Trace) -> None:
    kept: list[bytes] = [b""] * 1000
    at = iter(range(1000))

    def keep() -> None:
        kept[next(at)] = bytes(5000)

    recorded = trace(keep)
    assert recorded.net() == RUNS
    assert recorded.bytes(keep.__qualname__) == RUNS * (5000 + sys.getsizeof(b""))


def test_what_is_released_in_the_run_does_not_show(trace: Trace) -> None:
    def churn() -> None:
        items = [[i] for i in range(3000)]
        dict.fromkeys(range(1000), items)
        del items

    recorded = trace(churn)
    assert recorded.net() == 0
    assert recorded.blocks(churn.__qualname__) == 0


def test_a_block_from_before_the_trace_counts_when_it_goes(trace: Trace) -> None:
    old = [object() for _ in range(1000)]

    def release() -> None:
        old.pop()

    assert trace(release).net() == -RUNS


def test_a_list_that_grows_is_one_block_that_gets_larger(trace: Trace) -> None:
    grown: list[None] = []

    def grow() -> None:
        grown.extend([None] * 1000)

    recorded = trace(grow)
    assert recorded.net() == 0
    assert recorded.bytes(grow.__qualname__) >= RUNS * 8000


def test_a_raw_block_made_under_the_lock_has_its_python_line(trace: Trace) -> None:
    raw_malloc = ctypes.pythonapi.PyMem_RawMalloc
    raw_malloc.restype = None

    def keep_raw() -> None:
        raw_malloc(100)

    recorded = trace(keep_raw)
    assert recorded.blocks(keep_raw.__qualname__) == RUNS
    assert recorded.bytes(keep_raw.__qualname__) == RUNS * 100


def test_a_raw_block_made_without_the_lock_is_counted(trace: Trace) -> None:
    raw_malloc = ctypes.CDLL(None).PyMem_RawMalloc  # CDLL releases the interpreter lock.
    raw_malloc.restype = None

    def keep_raw() -> None:
        raw_malloc(100)

    assert trace(keep_raw).net() == RUNS


def test_a_failed_resize_keeps_the_block_recorded(trace: Trace) -> None:
    memory = ctypes.pythonapi.PyMem_RawMalloc
    memory.restype = ctypes.c_void_p
    resize = ctypes.pythonapi.PyMem_RawRealloc
    resize.restype = ctypes.c_void_p
    resize.argtypes = [ctypes.c_void_p, ctypes.c_size_t]

    def keep_unresized() -> None:
        block = memory(64)
        assert resize(block, sys.maxsize - 4096) is None

    recorded = trace(keep_unresized)
    assert recorded.blocks(keep_unresized.__qualname__) == RUNS
    assert recorded.bytes(keep_unresized.__qualname__) == RUNS * 64


def test_two_lines_that_call_one_are_two_stacks(trace: Trace) -> None:
    kept: list[object] = [None] * 10_000
    at = iter(range(10_000))

    def store() -> None:
        kept[next(at)] = object()

    def first() -> None:
        store()

    def second() -> None:
        store()

    def both() -> None:
        first()
        second()

    stacks = {tuple(s) for s in trace(both).stacks(store.__qualname__)}
    callers = {stack[-2] for stack in stacks}
    assert callers == {first.__qualname__, second.__qualname__}


def test_code_compiled_in_every_run_is_one_site(trace: Trace) -> None:
    kept: list[object] = []

    def compile_and_keep() -> None:
        names = {"kept": kept}
        exec(
            compile("def keep():\n    kept.append(bytearray(10))\nkeep()", "<made>", "exec"), names
        )

    recorded = trace(compile_and_keep)
    bytearrays = [s for s in recorded.raw["sites"] if s[3][-1] - s[3][0] >= RUNS - 1]
    assert recorded.blocks("keep") >= 2 * RUNS
    assert len(bytearrays) <= 2


def test_two_lambdas_that_begin_on_one_line_have_their_own_lines(trace: Trace) -> None:
    names: dict[str, Callable[[], None]] = {}
    source = (
        "kept = []\n"
        "here = lambda: kept.append(bytearray(1)); there = lambda: kept.append(\n"
        "    bytearray(2)\n"
        ")\n"
    )
    exec(compile(source, "<lambdas>", "exec"), names)
    recorded = trace(lambda: (names["here"](), names["there"]()))
    grown = [s for s in recorded.raw["sites"] if s[3][-1] - s[3][0] >= RUNS]
    assert sorted(recorded.raw["frames"][s[0][-1]][2] for s in grown) == [2, 3]


def test_code_objects_die_when_their_run_ends(trace: Trace) -> None:
    import weakref

    alive: weakref.WeakSet[object] = weakref.WeakSet()

    def compile_and_run() -> None:
        code = compile("[].append([1, 2])", "<gone>", "exec")
        alive.add(code)
        exec(code)

    assert trace(compile_and_run).net() <= 1
    assert len(alive) == 0


def test_a_stack_deeper_than_recorded_is_marked_cut(trace: Trace) -> None:
    kept = []

    def dive(depth: int) -> None:
        if depth:
            dive(depth - 1)
        else:
            kept.append(bytearray(3))

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(5000)
    try:
        recorded = trace(lambda: dive(2000))
    finally:
        sys.setrecursionlimit(limit)
    cut = [s for s in recorded.raw["sites"] if s[1]]
    assert sum(s[3][-1] - s[3][0] for s in cut) >= 2 * RUNS
    assert all(len(s[0]) == 512 for s in cut)
