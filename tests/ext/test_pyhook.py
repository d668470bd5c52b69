# SPDX-License-Identifier: MIT
"""Every block is recorded once, at the stack that made it, until it goes."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import tracemalloc
from collections.abc import Callable

import pytest

from leakcheck import _core
from tests.ext.recorded import RUNS, Recorded

Trace = Callable[..., Recorded]


class Allocator(ctypes.Structure):
    """PyMemAllocatorEx."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("ctx", "malloc", "calloc", "realloc", "free")]


def installed(domain: int) -> int:
    """Address of the malloc that a PyMem domain uses now (1 mem, 2 object)."""
    allocator = Allocator()
    ctypes.pythonapi.PyMem_GetAllocator(domain, ctypes.byref(allocator))
    return int(allocator.malloc)


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


def test_blocks_of_other_threads_have_their_stacks(trace: Trace) -> None:
    kept = []

    def work() -> None:
        kept.extend([bytearray(5) for _ in range(10)])

    def in_threads() -> None:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    recorded = trace(in_threads)
    stacks = recorded.stacks(work.__qualname__)
    each = 2 * 10  # A bytearray is an object and a buffer.
    assert recorded.blocks(f"{work.__qualname__}.<locals>.<listcomp>") + recorded.blocks(
        work.__qualname__
    ) in range(RUNS * 4 * each, RUNS * 4 * each + 3)
    assert all("Thread.run" in stack for stack in stacks)


def test_a_fork_in_the_body_leaves_the_parent_measured(trace: Trace) -> None:
    kept = []

    def fork() -> None:
        child = os.fork()
        if child == 0:
            churn = [bytearray(9) for _ in range(1000)]
            os._exit(0 if churn else 1)
        os.waitpid(child, 0)
        kept.append(bytearray(1))

    recorded = trace(fork)
    assert recorded.blocks(fork.__qualname__) >= 2 * RUNS
    assert recorded.raw["dropped"] == 0


def test_a_child_that_comes_back_is_told_so(trace: Trace) -> None:
    parent = os.getpid()
    reading, writing = os.pipe()

    def fork_once() -> None:
        if os.getpid() == parent and not done:
            done.append(1)
            if os.fork():
                os.wait()

    done: list[int] = []
    try:
        trace(fork_once)
        message = ""
    except RuntimeError as error:
        message = str(error)
    if os.getpid() != parent:
        os.write(writing, message.encode())
        os._exit(0)
    os.close(writing)
    assert b"os._exit" in os.read(reading, 1000)
    os.close(reading)


def test_the_hooks_are_gone_after_the_check(trace: Trace) -> None:
    before = [installed(domain) for domain in (1, 2)]
    trace(lambda: None)
    assert [installed(domain) for domain in (1, 2)] == before


def test_tracemalloc_started_by_the_body_stays_usable(trace: Trace) -> None:
    kept = []

    def use_tracemalloc() -> None:
        tracemalloc.start()
        kept.append(bytearray(7))
        assert tracemalloc.get_traced_memory()[0] > 0
        tracemalloc.stop()

    before = installed(2)
    assert trace(use_tracemalloc).blocks(use_tracemalloc.__qualname__) >= 2 * RUNS
    assert installed(2) == before


def test_tracemalloc_left_on_by_the_body_is_not_cut_off(trace: Trace) -> None:
    def start() -> None:
        if not tracemalloc.is_tracing():
            tracemalloc.start()

    trace(start)
    try:
        size = tracemalloc.get_traced_memory()[0]
        kept = bytearray(1_000_000)
        assert tracemalloc.get_traced_memory()[0] - size >= len(kept)
    finally:
        tracemalloc.stop()
    assert trace(lambda: None).net() == 0


@pytest.mark.skipif(sys.version_info < (3, 12), reason="interpreters share one lock before 3.12")
def test_another_interpreter_is_left_alone(trace: Trace) -> None:
    import importlib

    name = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    interpreters = importlib.import_module(name)

    def run_elsewhere() -> None:
        other = interpreters.create()
        interpreters.run_string(other, "kept = [bytearray(3) for _ in range(100)]")
        interpreters.destroy(other)

    assert trace(run_elsewhere, runs=12).raw["dropped"] == 0


def test_threads_that_hammer_the_raw_domain_end_sound(trace: Trace) -> None:
    library = ctypes.CDLL(None)
    malloc, free = library.PyMem_RawMalloc, library.PyMem_RawFree
    malloc.restype = ctypes.c_void_p
    free.argtypes = [ctypes.c_void_p]
    free.restype = None

    def churn() -> None:
        for _ in range(200):
            free(malloc(32))

    def in_threads() -> None:
        threads = [threading.Thread(target=churn) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    recorded = trace(in_threads)
    assert recorded.raw["dropped"] == 0
    assert abs(recorded.net()) <= 2


def test_nothing_runs_after_a_check() -> None:
    assert not _core.active()
