# SPDX-License-Identifier: MIT
"""How much slower does a body run while it is screened or traced, and under other tracers?

Three kinds of processes in turns. Ours: plain, plain again, screened, traced, plain with what a
check leaves behind. Beside tracemalloc: plain, tracemalloc(1), tracemalloc(25), plain, traced. And
memray, which allows one tracker in a process: plain, tracked.
"""

from __future__ import annotations

import array
import gc
import importlib.util
import statistics
import tempfile
import time
from typing import TYPE_CHECKING, Any

from tests.bench import workloads
from tests.bench.child import in_child
from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEPTHS = (5, 25, 40, 60)
UNDER_PYTEST = 30  # Frames above the loop, about as many as pytest has there.
REPEATS = 5
ROOM = 256  # Times kept: small ints index them, so that keeping one allocates nothing.


class Clock:
    """A body that notes how long each of its last runs took, in memory made beforehand.

    It reads the process's own processor time: on a shared machine a slow phase would otherwise
    be charged with its neighbours' work, and long runs more often than short ones.
    """

    def __init__(self, depth: int, work: Callable[[], object]) -> None:
        """Ready; the clock is frame 1 of the stack, as a test's own function would be."""
        self.times = array.array("d", [0.0]) * ROOM
        self.runs = 0
        self._body = workloads.under(depth - 1, work)

    def __call__(self) -> None:
        """One run."""
        began = time.process_time()
        self._body()
        self.times[self.runs % ROOM] = time.process_time() - began
        self.runs += 1

    def typical(self, runs: int) -> float:
        """Median processor seconds of the last runs."""
        last = self.runs
        return statistics.median(self.times[i % ROOM] for i in range(last - runs, last))


def _plain(clock: Clock, runs: int) -> float:
    for _ in range(runs):
        clock()
    return clock.typical(min(runs, ROOM))


def _screened(clock: Clock, runs: int) -> float:
    from leakcheck import _core

    check = _core.Check(mode=_core.MODE_ADAPTIVE, rate=3 / runs)
    check.drive(clock)
    result = check.result()
    if any(phase > 1 for phase, *_ in result["readings"]):
        raise BenchError("the workload grew while it was screened, so it was traced instead")
    return clock.typical(min(runs, ROOM))


def _traced(clock: Clock, runs: int, *, shut: bool = False) -> float:
    """As the first trace of a suspect, or with the free lists shut as its confirmation."""
    from leakcheck import _core

    check = _core.Check(mode=_core.MODE_FIXED, iterations=runs, shut_free_lists=shut)
    check.drive(clock)
    if dropped := check.result()["dropped"]:
        raise BenchError(f"{dropped} allocations were dropped")
    return clock.typical(min(runs, ROOM) * 3 // 4)


def _under_tracemalloc(clock: Clock, frames: int, runs: int) -> float:
    import tracemalloc

    tracemalloc.start(frames)
    try:
        return _plain(clock, runs)
    finally:
        tracemalloc.stop()


def _ready(workload: str, depth: int, runs: int) -> Clock:
    """A warm clock, with the collector in one state for all phases.

    A check freezes the heap too, which must not count in its favour.
    """
    clock = Clock(depth, workloads.WORKLOADS[workload])
    _plain(clock, max(runs // 4, 20))
    gc.collect()
    gc.freeze()
    return clock


def ours(workload: str, depth: int, outer: int, runs: int) -> dict[str, float]:
    """Processor seconds of a run in each phase; the loop itself stands under `outer` frames."""
    if outer:
        return ours(workload, depth, outer - 1, runs)
    clock = _ready(workload, depth, runs)
    return {
        "control": _plain(clock, runs),
        "plain": _plain(clock, runs),
        "screening": _screened(clock, runs),
        "tracing": _traced(clock, runs),
        "naming": _traced(clock, runs, shut=True),
        "after": _plain(clock, runs),
    }


def beside_tracemalloc(workload: str, depth: int, outer: int, runs: int) -> dict[str, float]:
    """Likewise; tracemalloc before our hooks, which it would pay for, each with its own plain.

    What tracemalloc leaves in the allocator makes later plain runs some 5 % slower.
    """
    if outer:
        return beside_tracemalloc(workload, depth, outer - 1, runs)
    clock = _ready(workload, depth, runs)
    return {
        "plain": _plain(clock, runs),
        "tracemalloc1": _under_tracemalloc(clock, 1, max(runs // 10, 12)),
        "tracemalloc25": _under_tracemalloc(clock, 25, max(runs // 15, 12)),
        "plain again": _plain(clock, runs),
        "tracing": _traced(clock, runs),
        "naming": _traced(clock, runs, shut=True),
    }


def memray(workload: str, depth: int, outer: int, runs: int) -> dict[str, float]:
    """Likewise plain and under memray with Python's allocators."""
    if outer:
        return memray(workload, depth, outer - 1, runs)
    from memray import Tracker

    clock = _ready(workload, depth, runs)
    plain = _plain(clock, runs)
    with (
        tempfile.TemporaryDirectory() as folder,
        Tracker(f"{folder}/records", trace_python_allocators=True),
    ):
        tracked = _plain(clock, max(runs // 4, 5))
    return {"plain": plain, "memray": tracked}


def _ratios(times: list[dict[str, float]], phase: str) -> list[float]:
    return [one[phase] / one["plain"] for one in times]


def _added(times: list[dict[str, float]], phase: str) -> list[float]:
    """How many times more tracemalloc(25) adds than a phase of ours, a process each.

    Nothing where tracing adds under a twentieth: that would divide by the noise.
    """
    return [
        (one["tracemalloc25"] - one["plain"]) / (one[phase] - one["plain again"])
        for one in times
        if one[phase] > 1.05 * one["plain again"]
    ]


def _row(workload: str, depth: int, outer: int, options: Options) -> tuple[str, ...]:
    runs = 60 if options.quick else 250
    asked: dict[str, Any] = {"workload": workload, "depth": depth, "outer": outer, "runs": runs}
    kinds = ["ours", "beside_tracemalloc"]
    if importlib.util.find_spec("memray") is not None:
        kinds.append("memray")
    times: dict[str, list[dict[str, float]]] = {"ours": [], "beside_tracemalloc": [], "memray": []}
    for _ in range(options.repeats(REPEATS)):
        for kind in kinds:
            times[kind].append(in_child("tests.bench.tracing", kind, **asked))
    phases = ("control", "screening", "after", "tracing", "naming")
    beside = times["beside_tracemalloc"]
    return (
        workload,
        f"{depth} + {outer}" if outer else str(depth),
        *(spread(_ratios(times["ours"], phase)) for phase in phases),
        *(spread(_ratios(beside, phase), ".1f") for phase in ("tracemalloc1", "tracemalloc25")),
        spread(_ratios(times["memray"], "memray"), ".1f") or "not installed",
        *(
            spread(_added(beside, phase), ".0f") or "under 5 % to add"
            for phase in ("tracing", "naming")
        ),
    )


def ask(options: Options) -> Iterator[Table]:
    """One table: workloads and depths against tracers."""
    cases = [("allocation", depth, 0) for depth in DEPTHS]
    cases.append(("allocation", DEPTHS[0], UNDER_PYTEST))
    cases += [(name, DEPTHS[1], 0) for name in workloads.WORKLOADS if name != "allocation"]
    yield Table(
        "Time of a run, as a multiple of the plain run in the same process",
        (
            f"Each figure: median (least to most) over {options.repeats(REPEATS)} processes of the",
            "ratio of two phases of one process, in processor time; a phase counts by its median",
            "run. Depth: Python frames from the body to the frame that works; 5 + 30: with 30 more",
            "above the loop, as under pytest, which we do not record. *Control*: plain against",
            "plain, so what noise alone does. *After*: plain once a check is over (the counting",
            "hook of the raw domain stays). tracemalloc also sees the 7 frames of this script above",
            "the loop; its phases are over before our hooks are in. The cycle collector stands alike",
            "in every phase (heap frozen, collector on). memray: `trace_python_allocators=True`.",
            "*Tracing*: the first trace of a suspect, which judges sums. *Naming*: its confirmation,",
            "which keeps the free lists shut, so that every list, dict, tuple and float is allocated",
            "anew and charged to its line. *Added*: time that tracemalloc(25) adds, divided by the",
            "time that tracing adds in the same process, and naming. Bars: screening 1.05; tracing",
            "1.6 and added 40 at depth 5, 2.2 and 20 at depth 40 (on the allocation workload).",
        ),
        (
            *("workload", "depth", "control", "screening", "after", "tracing", "naming"),
            *("tracemalloc(1)", "tracemalloc(25)", "memray", "added", "added, naming"),
        ),
        tuple(_row(*case, options) for case in cases),
    )
