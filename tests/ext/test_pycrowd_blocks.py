# SPDX-License-Identifier: MIT
"""From two million live blocks on, hooks count them, and say what a walk would have said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The walks are counted by what stands in for sys.getallocatedblocks when the sampler looks it up.
BEFORE = """
import sys
from array import array
walk, walks = sys.getallocatedblocks, array("i", [0])
def walked():
    walks[0] += 1
    return walk()
sys.getallocatedblocks = walked
from leakcheck import _core
from leakcheck.measure.protocol import check_callable
from leakcheck.config import Settings
many = [str(number) for number in range(2_200_000)]

def quiet():
    return check_callable(lambda: None, Settings())

quiet()  # Walks, and sees how many there are.
walks[0] = 0
"""


def told(source: str) -> str:
    """What a process with two million live blocks prints."""
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + source],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_nothing_is_walked_in_a_check() -> None:
    assert told("print(quiet().verdict, walks[0])") == "clean 0"


def test_it_is_walked_again_once_in_a_while_so_that_a_heap_that_shrank_is_seen() -> None:
    source = """
def walks_of(checks):
    walks[0] = 0
    for _ in range(checks):
        quiet()
    return walks[0]

print(walks_of(64), walks_of(1), walks_of(64))
many.clear()
print(walks_of(1) > 0, walks_of(2) > 3)
"""
    assert told(source).split() == ["0", "3", "0", "True", "True"]


def test_the_readings_are_those_of_a_walk() -> None:
    source = """
import random
source, kept = random.Random(7), []

def body():
    kind = source.randrange(6)
    if kind == 0:
        kept.append(bytearray(source.randrange(2000)))  # one block, or a large one too
    elif kind == 1:
        kept.extend(object() for _ in range(50))
    elif kind == 2:
        del many[-source.randrange(1000):]  # older than the check
    elif kind == 3:
        kept.append([None] * source.randrange(1, 300))
        kept[-1].extend([None] * 1000)  # reallocated
    elif kind == 4:
        del kept[source.randrange(len(kept) + 1):]
    else:
        kept.append({number: str(number) for number in range(source.randrange(100))})

walked = array("q", [0]) * 10_000
for turn in range(8):
    check = _core.Check(seed=turn)
    number = 0
    while (runs := check.next()) >= 0:
        for _ in range(runs):
            body()
        check.read()
        walked[number] = walk()
        number += 1
    raw = check.result()
    assert raw["dropped"] == 0
    readings = [blocks for phase, _, blocks, *_ in raw["readings"] if phase < 2]  # not yet traced
    assert len(readings) > 3
    print(len({one - other for one, other in zip(readings, walked)}), end=" ")
print(walks[0])
"""
    assert told(source) == "1 1 1 1 1 1 1 1 0"


def test_a_leak_of_one_block_in_two_runs_is_found() -> None:
    source = """
kept, runs = [], []
def body():
    runs.append(None)
    if len(runs) % 2:
        kept.append(object())
found = check_callable(body, Settings(rate=0.3))
print(found.verdict, found.sites[0].frames[-1].line > 0, walks[0])
"""
    assert told(source) == "leak True 0"


def test_a_check_whose_hooks_another_tool_took_out_is_not_clean() -> None:
    source = """
import ctypes
class Allocator(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ("ctx", "malloc", "calloc", "realloc", "free")]

OBJECTS = 2
before = Allocator()
ctypes.pythonapi.PyMem_GetAllocator(OBJECTS, ctypes.byref(before))
def body():
    ctypes.pythonapi.PyMem_SetAllocator(OBJECTS, ctypes.byref(before))
found = check_callable(body, Settings())
print(found.verdict, found.reason)
print(quiet().verdict)
"""
    first, after = told(source).splitlines()
    assert first.startswith("inconclusive")
    assert "another tool" in first
    assert after == "clean"
