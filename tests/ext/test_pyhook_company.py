# SPDX-License-Identifier: MIT
"""The hooks beside what else runs in a process: threads, forks, other tools, interpreters."""

from __future__ import annotations

import ctypes
import importlib
import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from leakcheck import _core
from tests.ext.recorded import RUNS, Recorded

ROOT = Path(__file__).resolve().parents[2]
Trace = Callable[..., Recorded]


class Allocator(ctypes.Structure):
    """PyMemAllocatorEx."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("ctx", "malloc", "calloc", "realloc", "free")]


def installed(domain: int) -> int:
    """Address of the malloc that a PyMem domain uses now (1 mem, 2 object)."""
    allocator = Allocator()
    ctypes.pythonapi.PyMem_GetAllocator(domain, ctypes.byref(allocator))
    return int(allocator.malloc)


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


@pytest.mark.filterwarnings("ignore:.*is multi-threaded")  # as a worker of pytest-xdist is
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


@pytest.mark.filterwarnings("ignore:.*is multi-threaded")  # as a worker of pytest-xdist is
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


def test_hooks_that_another_tool_took_out_are_missed_and_come_back(trace: Trace) -> None:
    kept = []
    runs = []

    def stop_tracemalloc_half_way() -> None:
        runs.append(None)
        if len(runs) == RUNS // 2:
            tracemalloc.stop()  # Began before us: puts back what stood below both.
        kept.append(bytearray(1))

    def keep() -> None:
        kept.append(bytearray(1))

    tracemalloc.start()
    assert trace(stop_tracemalloc_half_way).raw["dropped"] > 0
    recorded = trace(keep)
    assert recorded.raw["dropped"] == 0
    assert recorded.blocks(keep.__qualname__) >= 2 * RUNS


def test_the_raw_hook_that_another_tool_took_out_comes_back() -> None:
    """In a process of its own, whose first check runs above tracemalloc's hooks."""
    script = """
import ctypes, tracemalloc
from leakcheck import _core

def verdict(body):
    check = _core.Check(mode=_core.MODE_ADAPTIVE)
    check.drive(body)
    return check.result()["verdict"]

allocate = ctypes.pythonapi.PyMem_RawMalloc
allocate.restype = None
tracemalloc.start()
quiet = verdict(lambda: None)
tracemalloc.stop()
print(quiet, verdict(lambda: allocate(100)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == ["0", "1"], done.stderr


@pytest.mark.slow
def test_a_trace_ends_while_an_allocator_below_waits_for_the_lock() -> None:
    """tracemalloc's raw hooks take the interpreter lock; ours stand on top of them here."""
    script = """
import ctypes, sys, threading, tracemalloc
tracemalloc.start()
from leakcheck import _core

library = ctypes.CDLL(None)  # Releases the lock around each call.
resize, free = library.PyMem_RawRealloc, library.PyMem_RawFree
resize.restype = ctypes.c_void_p
resize.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
free.argtypes, free.restype = [ctypes.c_void_p], None

def work():
    block = None
    while not over:
        block = resize(block, 100)
    free(block)

over = []
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
sys.setswitchinterval(1e-5)
for _ in range(100):
    _core.Check(mode=_core.MODE_FIXED, iterations=12).drive(lambda: None)
over.append(True)
for thread in threads:
    thread.join()
print("ended")
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.split() == ["ended"], done.stderr


def interpreters() -> ModuleType:
    return importlib.import_module(
        "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    )


def test_another_interpreter_cannot_load_the_sampler() -> None:
    module = interpreters()
    legacy = module.create("legacy") if sys.version_info >= (3, 13) else module.create(isolated=0)
    said = f"import sys; sys.path[:] = {sys.path!r}\n"
    said += "try:\n    from leakcheck import _core\n    told = 'loaded'\n"
    said += "except ImportError as error:\n    told = str(error)\n"
    reading, writing = os.pipe()
    try:
        module.run_string(legacy, f"{said}import os; os.write({writing}, told.encode())")
        assert b"main interpreter" in os.read(reading, 1000)
    finally:
        module.destroy(legacy)
        os.close(reading)
        os.close(writing)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="interpreters share one lock before 3.12")
def test_another_interpreter_is_left_alone(trace: Trace) -> None:
    module = interpreters()

    def run_elsewhere() -> None:
        other = module.create()
        module.run_string(other, "kept = [bytearray(3) for _ in range(100)]")
        module.destroy(other)

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
