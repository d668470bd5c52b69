# SPDX-License-Identifier: MIT
"""How other tools decide, written anew after their sources, on a series of live blocks.

Each rule does the runs it is used to and answers leak or not. What it is given is one total of
blocks, as our own machine is. Two of the tools see more than that: LeakCanary and BLeak compare
paths in heap dumps, so this is their rule for deciding, not the tool.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Run = Callable[[int], int]
"""Does that many runs; the level of live blocks after them."""

TREND_WARMUP, TREND_RUNS = 3, 20
"""Of the two trend tests, which have no usual effort of their own."""
BLOCK_BYTES = 64
"""What a block is taken for where a rule counts bytes: a small object."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule says, and after how many runs."""

    leak: bool
    runs: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by the name it is shown under."""

    name: str
    judge: Callable[[Run], Answer]


def _differences(levels: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise(levels)]


def cpython(run: Run) -> Answer:
    """CPython's `-R 3:3`: three runs to warm up, three that count, each must grow by 1 or more.

    Source: Lib/test/libregrtest/refleak.py, the check for references and for memory blocks. It
    is for builds with debugging and re-runs a whole module; here a run is a run.
    """
    levels = [run(3), run(1), run(1), run(1)]
    return Answer(leak=min(_differences(levels)) >= 1, runs=6)


def leakcanary(run: Run) -> Answer:
    """LeakCanary 3's repeatedly growing objects: up to five dumps, two scenario loops before each.

    What grew by at least the loops in every dump so far is kept; as soon as nothing is, it stops
    and passes. Source: `findRepeatedlyGrowingObjects` of the alpha of version 3 and its defaults.
    There the nodes of heap paths are compared, here the total.
    """
    loops, dumps = 2, 5
    level, runs = run(loops), loops
    for _ in range(dumps - 1):
        before, level = level, run(loops)
        runs += loops
        if level - before < loops:
            return Answer(leak=False, runs=runs)
    return Answer(leak=True, runs=runs)


def bleak(run: Run) -> Answer:
    """BLeak: a heap snapshot after each of eight round trips; what grew each time leaks.

    Source: the paper (PLDI 2018), where the out-degree of a path must grow between all
    snapshots; here the total. It stops no earlier, because the snapshots come first.
    """
    levels = [run(1) for _ in range(8)]
    return Answer(leak=min(_differences(levels)) > 0, runs=8)


def _normal_tail(z: float) -> float:
    """The chance of a standard normal beyond z."""
    return math.erfc(z / math.sqrt(2)) / 2


def rises_by_mann_kendall(levels: Sequence[int], level: float = 0.05) -> bool:
    """One-sided Mann-Kendall test for a rising trend, with the correction for ties.

    Source: any textbook; as used for software aging (Machida and others, ISSRE workshops 2013).
    """
    n = len(levels)
    score = sum(
        (later > earlier) - (later < earlier)
        for i, earlier in enumerate(levels)
        for later in levels[i + 1 :]
    )
    ties = [levels.count(value) for value in set(levels)]
    variance = n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)
    if score <= 0 or variance <= 0:
        return False
    return _normal_tail((score - 1) / math.sqrt(variance / 18)) < level


def rises_by_least_squares(levels: Sequence[int], determined: float = 0.9) -> bool:
    """An ordinary least-squares line that rises and determines the levels by more than .9.

    Source: the usual recipe of memory-growth scripts and of regression-based aging detectors.
    """
    n = len(levels)
    mean_run, mean_level = (n - 1) / 2, sum(levels) / n
    runs = sum((i - mean_run) ** 2 for i in range(n))
    spread = sum((level - mean_level) ** 2 for level in levels)
    both = sum((i - mean_run) * (level - mean_level) for i, level in enumerate(levels))
    return both > 0 and spread > 0 and both * both / (runs * spread) > determined


def _trend(rises: Callable[[Sequence[int]], bool], run: Run) -> Answer:
    run(TREND_WARMUP)
    levels = [run(1) for _ in range(TREND_RUNS)]
    return Answer(leak=rises(levels), runs=TREND_WARMUP + TREND_RUNS)


def mann_kendall(run: Run) -> Answer:
    """The Mann-Kendall test over twenty runs, after three."""
    return _trend(rises_by_mann_kendall, run)


def least_squares(run: Run) -> Answer:
    """The least-squares line over twenty runs, after three."""
    return _trend(rises_by_least_squares, run)


def psleak(run: Run) -> Answer:
    """The rule of psleak 0.1.6: ever longer series of calls until the growth a call fades.

    Ten calls to warm up, then up to ten series of 200 calls, each half as long again as the one
    before. No growth passes at once. A series fades if it grows by at most 16 bytes a call, or
    by at most .8 of the series before; two that fade one after the other pass as well; ten
    series without that are a leak. Source: its test case class. It reads the heap's bytes; a
    block stands for 64 of them here, which is kind to it where objects are smaller.
    """
    level, runs, calls = run(10), 10, 200
    earlier: float | None = None
    faded = 0
    for _ in range(10):
        before, level = level, run(calls)
        runs += calls
        grown = (level - before) * BLOCK_BYTES / calls
        if grown <= 0:
            return Answer(leak=False, runs=runs)
        fades = grown <= 16 or (earlier is not None and grown <= 0.8 * earlier)
        faded = faded + 1 if fades else 0
        if faded == 2:
            return Answer(leak=False, runs=runs)
        earlier = grown
        calls += calls // 2
    return Answer(leak=True, runs=runs)


RULES = (
    Rule("CPython -R 3:3", cpython),
    Rule("LeakCanary, 5 x 2", leakcanary),
    Rule("BLeak, 8", bleak),
    Rule("Mann-Kendall, n = 20", mann_kendall),
    Rule("OLS, R2 > .9, n = 20", least_squares),
    Rule("psleak 0.1.6", psleak),
)
