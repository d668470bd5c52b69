# SPDX-License-Identifier: MIT
"""What does one mark cost, against the number of live blocks and of call sites?

A mark copies one counter pair a site, so its cost must follow the sites and ignore the blocks. It
is taken with each reading of the trace; the collection that comes first is the same in every row,
because the blocks are plain objects that the collector does not follow.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

from tests.bench.child import in_child
from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPEATS = 5
BLOCKS = (1_000, 10_000, 100_000, 1_000_000)
BLOCKS_FULL = 10_000_000
SITES = (100, 1_000, 10_000, 100_000)
SITES_A_FUNCTION = 1_000


def _filler(sites: int, slots: list[object]) -> Callable[[], None]:
    """A function that fills the slots with objects, evenly from so many call sites."""
    functions: list[Callable[[list[object]], None]] = []
    share = len(slots) // sites
    for first in range(0, sites, SITES_A_FUNCTION):
        lines = ["def fill(slots):"]
        for site in range(first, min(first + SITES_A_FUNCTION, sites)):
            at = site * share
            if share == 1:
                lines.append(f"    slots[{at}] = object()")
            else:
                lines.append(f"    for i in range({at}, {at + share}): slots[i] = object()")
        made: dict[str, Any] = {}
        exec(compile("\n".join(lines), f"<sites from {first}>", "exec"), made)
        functions.append(made["fill"])

    def fill() -> None:
        for function in functions:
            function(slots)

    return fill


def one_process(blocks: int, sites: int) -> dict[str, float]:
    """Median processor seconds of a reading with so many live blocks, marks included."""
    from leakcheck import _core

    slots: list[object] = [None] * blocks
    fill = _filler(sites, slots)
    check = _core.Check(mode=_core.MODE_FIXED, iterations=2000)
    times = []
    filled = False
    done = 0
    while check.next() >= 0:
        # The warm-up ends after 2 quiet readings and an opening one; the first of the trace
        # comes after them, so nothing of the program's lives in the tables before it.
        if done == 4:
            fill()
            filled = True
        began = time.process_time()
        check.read()
        spent = time.process_time() - began
        if done > 4:
            times.append(spent)
        done += 1
    result = check.result()
    live = max(blocks_net for phase, _, blocks_net, _ in result["readings"] if phase == 2)
    if not filled or live < blocks or result["dropped"]:
        raise BenchError(
            f"{live} blocks were live in the trace where {blocks} should be "
            f"({result['dropped']} dropped)"
        )
    return {"seconds": statistics.median(times), "marks": len(result["marks"])}


def _table(title: str, note: str, column: str, cases: list[tuple[int, int]], repeats: int) -> Table:
    """Cases (blocks, sites), round by round, each against the first case of its round."""
    rounds = [
        [
            in_child("tests.bench.mark", "one_process", blocks=blocks, sites=sites)["seconds"]
            for blocks, sites in cases
        ]
        for _ in range(repeats)
    ]
    rows = [
        (
            f"{blocks if column == 'live blocks' else sites:,}",
            spread([one[index] / one[0] for one in rounds]),
            f"{statistics.median(one[index] for one in rounds) * 1e6:.0f}",
        )
        for index, (blocks, sites) in enumerate(cases)
    ]
    return Table(
        title, (note,), (column, "against the first row", "us, for orientation"), tuple(rows)
    )


def ask(options: Options) -> Iterator[Table]:
    """Two tables: blocks at equal sites, sites at equal blocks."""
    repeats = options.repeats(REPEATS)
    blocks = [*BLOCKS, *([BLOCKS_FULL] if options.full else [])]
    yield _table(
        "A reading with its mark, by live blocks, at 100 sites",
        f"Processor time, {repeats} processes a row. Must be flat.",
        "live blocks",
        [(count, SITES[0]) for count in blocks],
        repeats,
    )
    yield _table(
        "A reading with its mark, by call sites, at 100,000 live blocks",
        f"Processor time, {repeats} processes a row. Bounded by the sites: a mark's row is 16 bytes "
        "a site and domain, in memory of its own; from some 8,000 sites on it is fresh from the "
        "kernel, whose page faults are then most of the cost.",
        "sites",
        [(BLOCKS[2], count) for count in SITES],
        repeats,
    )
