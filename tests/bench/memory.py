# SPDX-License-Identifier: MIT
"""How much memory does the sampler take for each live block of the program?

Seen from outside: resident memory of a process that fills a list with objects during a trace, less
that of one that does the same untraced. The list is there beforehand in both.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.child import in_child
from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 3
# 1,400,000 lies just above a doubling of the table's chains, its dearest load.
BLOCKS = (1_000, 10_000, 100_000, 1_000_000, 1_400_000, 10_000_000)
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """Bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """The most bytes of this process that were in memory since the last _forget_peak."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise BenchError("/proc/self/status has no VmHWM: this question needs Linux")
    return int(found[1]) * 1024


def _fill(slots: list[object]) -> None:
    for index in range(len(slots)):
        slots[index] = object()


def _empty(slots: list[object]) -> None:
    for index in range(len(slots)):
        slots[index] = None


def one_process(blocks: int, *, traced: bool) -> dict[str, int]:
    """Memory before and with the blocks, in bytes; the net count of blocks that the trace saw."""
    from leakcheck import _core

    slots: list[object] = [None] * blocks
    check = _core.Check(mode=_core.MODE_FIXED, iterations=12)
    # Four readings open the check and end its warm-up; from then on it traces, or, in the
    # process that is compared with, it is over.
    for _ in range(4):
        check.next()
        check.read()
    if not traced:
        check.close()
    check.next()
    _forget_peak()
    before = resident()
    _fill(slots)
    held, peak = resident(), _peak()
    if traced:
        check.read()
        check.next()
    _empty(slots)
    if not traced:
        return {"before": before, "held": held, "peak": peak, "recorded": 0, "left": 0}
    check.read()
    check.close()
    result = check.result()
    if result["dropped"]:
        raise BenchError(f"{result['dropped']} of {blocks} allocations were dropped")
    recorded, left = (reading[2] for reading in result["readings"][-2:])
    return {"before": before, "held": held, "peak": peak, "recorded": recorded, "left": left}


def ask(options: Options) -> Iterator[Table]:
    """One table: live blocks against bytes a block."""
    rows = []
    for blocks in BLOCKS:
        ours, peaks, recorded, left = [], [], set(), set()
        for _ in range(options.repeats(REPEATS)):
            here = "tests.bench.memory"
            plain = in_child(here, "one_process", blocks=blocks, traced=False)
            seen = in_child(here, "one_process", blocks=blocks, traced=True)
            ours.append((seen["held"] - seen["before"]) - (plain["held"] - plain["before"]))
            peaks.append((seen["peak"] - seen["before"]) - (plain["peak"] - plain["before"]))
            recorded.add(seen["recorded"] - seen["left"])
            left.add(seen["left"])
        rows.append(
            (
                f"{blocks:,}",
                spread([size / blocks for size in ours], ".1f"),
                spread([size / blocks for size in peaks], ".1f"),
                " or ".join(f"{count:,}" for count in sorted(recorded)),
                " or ".join(str(count) for count in sorted(left)),
            )
        )
    yield Table(
        "Bytes of ours for each live block",
        (
            "Growth of resident memory while the list is filled, traced less untraced, divided by",
            f"the blocks; {options.repeats(REPEATS)} processes each. *At most*: the same by the",
            "process's peak, so with whatever growing the tables took on the way. *Recorded*: by",
            "how many blocks the trace's count fell when all were released again; *left*: its",
            "count then (this script's own). At 10,000 blocks and below, whole pages and what malloc",
            "keeps may weigh as much as the tables, which tests/c measures alone.",
            "Bar: 32 bytes a block at load.",
        ),
        ("live blocks", "bytes a block", "at most", "recorded", "left"),
        tuple(rows),
    )
