# SPDX-License-Identifier: MIT
"""Run by test_out_of_memory.py in a process of its own: checks whose own memory runs out.

`out_of_memory.py EXTENSION COUNT` fails COUNT requests (0: all that follow) from the nth on, for
every n that a whole check reaches, and prints what became of each check.
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
from collections import Counter
from typing import Any

from failing_sampler import EVER, controls, load  # type: ignore[import-not-found]

RUNS = 12


class Allocator(ctypes.Structure):
    """PyMemAllocatorEx."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("ctx", "malloc", "calloc", "realloc", "free")]


def hooks() -> list[int]:
    """What the mem and object domains use now."""
    found = []
    for domain in (1, 2):
        allocator = Allocator()
        ctypes.pythonapi.PyMem_GetAllocator(domain, ctypes.byref(allocator))
        found.append(allocator.malloc)
    return found


class Body:
    """Makes new code, new stacks and many blocks, and keeps two blocks a run if it leaks."""

    def __init__(self, *, leaks: bool) -> None:
        self.leaks = leaks
        self.kept: list[object] = [None] * 1000
        self.runs = 0
        self.failures = 0
        """Allocations of its own that failed."""

    def __call__(self) -> None:
        try:
            self.run()
        except MemoryError:
            self.failures += 1
            raise

    def run(self) -> None:
        lines = "".join(f"    kept.append([{i}, object()])\n" for i in range(40))
        names: dict[str, Any] = {}
        exec(f"def made_{self.runs % 7}(kept):\n{lines}", names)
        (made,) = (value for name, value in names.items() if name.startswith("made"))
        kept: list[object] = []
        for _ in range(20):
            made(kept)
        self.runs += 1
        if self.leaks:
            self.kept[self.runs] = bytearray(1)


def fate(core: Any, body: Body) -> str:
    """What one check ends in."""
    check = None
    try:
        check = core.Check(mode=core.MODE_FIXED, iterations=RUNS)
        check.drive(body)
        result = check.result()
    except MemoryError:
        return "MemoryError"
    if result["dropped"] > 0:
        return "inconclusive"
    return ("clean", "leak", "undecided")[result["verdict"]]


def walk(core: Any, library: ctypes.CDLL, count: int, *, leaks: bool) -> Counter[str]:
    """The fates of checks, one for each request that can fail; what is wrong ends it."""
    fates: Counter[str] = Counter()
    own = library.lc_mem_failing_outstanding()
    before = hooks()
    n = 0
    while True:
        n += 1
        body = Body(leaks=leaks)
        library.lc_mem_failing_set(n, count or EVER)
        ended = fate(core, body)
        failed = library.lc_mem_failing_failed()
        library.lc_mem_failing_set(0, 0)
        wrong = [
            text
            for text, bad in (
                ("the body's own allocation failed", body.failures > 0),
                ("a check is still active", core.active()),
                ("hooks are left", hooks() != before),
                ("objects are left frozen", gc.get_freeze_count() > 0),
                ("the collector is off", not gc.isenabled()),
                ("memory is left", library.lc_mem_failing_outstanding() != own),
            )
            if bad
        ]
        if wrong:
            raise SystemExit(f"request {n}: {ended}; {', '.join(wrong)}")
        if failed == 0:
            fates[f"undisturbed: {ended}"] += 1
            return fates
        fates[ended] += 1


def search(core: Any, kept: list[Any], traced: Any) -> str:
    """What a search for holders, for new objects and for owners of blocks ends in."""
    try:
        core.fresh(core.addresses()[:800])
        chains = core.holders(kept[:9], [(kept, 0)], closed=[], harness=(), max_seconds=60.0)[0]
        owned = traced.owners(60.0)
    except MemoryError:
        return "MemoryError"
    lists = sum(count for _, _, kind, count, *_ in owned if kind is list)
    found = lists >= RUNS and all(chain[1][0] is kept for chain in chains)
    return "found" if found else "wrong"


def searches(core: Any, library: ctypes.CDLL, count: int) -> Counter[str]:
    """The same as `walk` for searches."""
    fates: Counter[str] = Counter()
    kept = [[number] for number in range(500)]
    traced = core.Check(mode=core.MODE_FIXED, iterations=RUNS)
    traced.drive(lambda: kept.append([0]))
    search(core, kept, traced)
    own = library.lc_mem_failing_outstanding()
    n = 0
    while True:
        n += 1
        library.lc_mem_failing_set(n, count or EVER)
        ended = search(core, kept, traced)
        failed = library.lc_mem_failing_failed()
        library.lc_mem_failing_set(0, 0)
        if library.lc_mem_failing_outstanding() != own or not gc.isenabled():
            raise SystemExit(f"request {n} of a search: memory is left, or the collector is off")
        if failed == 0:
            fates[f"undisturbed: {ended}"] += 1
            return fates
        fates[ended] += 1


def main() -> None:
    """Walk with a body that leaks and with one that does not, and through searches."""
    path, count = sys.argv[1], int(sys.argv[2])
    core, library = load(path), controls(path)
    fate(core, Body(leaks=True))
    fates = [walk(core, library, count, leaks=leaks) for leaks in (True, False)]
    print(json.dumps([*fates, searches(core, library, count)]))


main()
