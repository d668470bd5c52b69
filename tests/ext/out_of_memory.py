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
from collections.abc import Iterator
from typing import Any

from failing_sampler import controls, load, walk_requests  # type: ignore[import-not-found]

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
    own = library.lc_mem_failing_outstanding()
    before = hooks()
    body = Body(leaks=leaks)

    def once() -> str:
        nonlocal body
        body = Body(leaks=leaks)
        return fate(core, body)

    def faults() -> Iterator[tuple[str, bool]]:
        yield "the body's own allocation failed", body.failures > 0
        yield "a check is still active", core.active()
        yield "hooks are left", hooks() != before
        yield "objects are left frozen", gc.get_freeze_count() > 0
        yield "the collector is off", not gc.isenabled()
        yield "memory is left", library.lc_mem_failing_outstanding() != own

    return walk_requests(library, count, once, faults)


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
    kept = [[number] for number in range(500)]
    traced = core.Check(mode=core.MODE_FIXED, iterations=RUNS)
    traced.drive(lambda: kept.append([0]))
    search(core, kept, traced)
    own = library.lc_mem_failing_outstanding()

    def faults() -> Iterator[tuple[str, bool]]:
        yield "memory is left", library.lc_mem_failing_outstanding() != own
        yield "the collector is off", not gc.isenabled()

    return walk_requests(library, count, lambda: search(core, kept, traced), faults)


def main() -> None:
    """Walk with a body that leaks and with one that does not, and through searches."""
    path, count = sys.argv[1], int(sys.argv[2])
    core, library = load(path), controls(path)
    fate(core, Body(leaks=True))
    fates = [walk(core, library, count, leaks=leaks) for leaks in (True, False)]
    print(json.dumps([*fates, searches(core, library, count)]))


main()
