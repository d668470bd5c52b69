# SPDX-License-Identifier: MIT
"""What does the search for holders cost in a large heap?

One search for a thousand objects, each five links away from a module, against asking the cycle
collector for referrers, level by level, as one does without a search of one's own.
"""

from __future__ import annotations

import gc
import re
import sys
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench.child import in_child
from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 5
OBJECTS = (100_000, 1_000_000)
TARGETS = 1_000
ASKED: Final = 3  # Targets that the slow way is timed with; the rest is multiplied.
_IN_ONE: Final = 4  # Objects of the collector in one entry of the heap.


class Entry:
    """One of many: an instance, a list, a dict and a list."""

    def __init__(self, number: int) -> None:
        self.numbers = [number]
        self.by_key = {"key": [number]}


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise BenchError("/proc/self/status has no VmHWM: this question needs Linux")
    return int(found[1]) * 1024


def _resident() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise BenchError("/proc/self/status has no VmRSS: this question needs Linux")
    return int(found[1]) * 1024


def _by_referrers(target: Any, names: dict[str, Any], ours: set[int]) -> int:
    """Links from a target back to a module's dict, by the collector's referrers."""
    seen = {id(target), *ours}
    level = [target]
    links = 0
    while level:
        links += 1
        above: list[Any] = []
        for one in level:
            mine = {id(level), id(above), id(sys._getframe())}
            for holder in gc.get_referrers(one):
                if holder is names:
                    return links
                if id(holder) not in seen and id(holder) not in mine:
                    seen.add(id(holder))
                    above.append(holder)
        level = above
    raise BenchError("the module was not found by referrers")


def one_process(objects: int) -> dict[str, Any]:
    """Seconds and bytes of one search; seconds of the other way for one target."""
    from leakcheck import _core

    gc.disable()
    module = types.ModuleType("app")
    sys.modules["app"] = module
    heap = [Entry(number) for number in range(objects // _IN_ONE)]
    module.heap = heap  # type: ignore[attr-defined]
    gc.enable()
    gc.collect()
    step = len(heap) // TARGETS
    targets = [heap[place * step].by_key["key"] for place in range(TARGETS)]
    started = time.perf_counter()
    gc.collect()
    collection = time.perf_counter() - started
    roots = [(one, 0) for one in sys.modules.values()]
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _resident()
    started = time.perf_counter()
    chains, _, _, cut, _ = _core.holders(
        targets, roots, closed=[targets], harness=(), max_seconds=600.0
    )
    seconds = time.perf_counter() - started
    memory = _peak() - before
    lengths = {len(chain[1]) for chain in chains if chain is not None}
    if cut or None in chains or len(lengths) != 1:
        raise BenchError(f"the search did not find what it should: {lengths}")
    del chains
    ours = {id(targets), id(roots), id(sys._getframe())}
    started = time.perf_counter()
    for target in targets[:ASKED]:
        _by_referrers(target, vars(module), ours)
    asked = (time.perf_counter() - started) / ASKED
    return {
        "objects": len(gc.get_objects()),
        "seconds": seconds,
        "memory": memory,
        "collection": collection,
        "asked": asked,
    }


def ask(options: Options) -> Iterator[Table]:
    """One table: objects in the heap against the cost of a search."""
    rows = []
    for objects in OBJECTS:
        seen = [
            in_child("tests.bench.holders", "one_process", objects=objects)
            for _ in range(options.repeats(REPEATS))
        ]
        rows.append(
            (
                f"{seen[0]['objects']:,}",
                spread([one["seconds"] * 1e3 for one in seen], ".0f"),
                spread([one["memory"] / 2**20 for one in seen], ".0f"),
                spread([one["seconds"] / one["collection"] for one in seen], ".1f"),
                spread([one["asked"] * TARGETS / one["seconds"] for one in seen], ",.0f"),
            )
        )
    yield Table(
        f"Paths to {TARGETS:,} objects in one search",
        (
            "Wall time and the growth of the process's peak memory during one search;",
            f"{options.repeats(REPEATS)} processes each. *Against a collection*: against a full",
            "collection of the same heap in the same process. *Faster than referrers*: against",
            f"`gc.get_referrers` level by level, timed for {ASKED} of the objects and multiplied.",
            "Bar at 1,000,000: 500 ms, 100 MB, 20 times as fast.",
        ),
        ("gc objects", "ms", "MB", "against a collection", "faster than referrers"),
        tuple(rows),
    )
