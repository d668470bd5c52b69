# SPDX-License-Identifier: MIT
"""What does listening to native memory cost a loop that only allocates?

A loop in C that calls malloc and free, by ctypes: in a process without the shim, with it but unheard,
heard between traces, traced at Python stacks, and traced at native stacks too; and in two processes
under memray, where that is installed. In each repeat all run one after the other. With --full, a hundred
million allocations in one go.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import resource
import statistics
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench.child import in_child
from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 7
TURNS = 20_000
RUNS: Final = 24
LOOPS: Final = {  # function of native_loop.c, calls between ctypes and it
    "only allocates, 1 call deep": ("native_loop", 0),
    "only allocates, 17 calls deep": ("native_loop", 16),
    "writes to what it allocates": ("native_work", 0),
}
WAYS: Final = {
    "shim": "with the shim, nobody listens",
    "heard": "heard, no trace",
    "python": "traced at Python stacks",
    "native": "traced at native stacks too",
    "memray": "without the shim, memray at Python stacks",
    "memray native": "without the shim, memray with native traces",
}
MANY: Final = 100_000_000
_SOURCE: Final = Path(__file__).with_name("native_loop.c")


def one_process(library: str, loop: str, depth: int, *, preloaded: bool) -> dict[str, float]:
    """Nanoseconds a turn of the loop, for each way that this process can run it."""
    from leakcheck import _core

    call = getattr(ctypes.PyDLL(library), loop)
    times: list[float] = [0.0] * 1000
    done = 0

    def body() -> None:
        nonlocal done
        begun = time.thread_time()
        call(TURNS, depth)
        times[done] = time.thread_time() - begun
        done += 1

    def timed(run: Any) -> float:
        nonlocal done
        done = 0
        run()
        return statistics.median(times[done // 2 : done]) / TURNS * 1e9

    def plainly() -> None:
        for _ in range(RUNS):
            body()

    def traced(*, deep: bool) -> None:
        check = _core.Check(mode=_core.MODE_FIXED, iterations=RUNS, shut_free_lists=deep)
        check.drive(body)
        assert check.result()["dropped"] == 0

    found = {"shim" if preloaded else "plain": timed(plainly)}
    if preloaded:
        if not _core.native_listen():
            raise BenchError("the shim was not preloaded")
        found["heard"] = timed(plainly)
        found["python"] = timed(lambda: traced(deep=False))
        found["native"] = timed(lambda: traced(deep=True))
    return found


def under_memray(library: str, loop: str, depth: int, *, deep: bool) -> float:
    """Nanoseconds a turn, while memray writes down each allocation, Python's own too."""
    from memray import Tracker

    call = getattr(ctypes.PyDLL(library), loop)
    times = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Tracker(f"{folder}/records", native_traces=deep, trace_python_allocators=True),
    ):
        for _ in range(RUNS // 2):
            begun = time.thread_time()
            call(TURNS, depth)
            times.append(time.thread_time() - begun)
    return statistics.median(times) / TURNS * 1e9


def many(library: str) -> dict[str, float]:
    """A hundred million allocations heard, and as many while a trace runs: seconds, and MiB more."""
    from leakcheck import _core

    loop = ctypes.PyDLL(library).native_loop
    if not _core.native_listen():
        raise BenchError("the shim was not preloaded")
    before = _core.native_blocks()
    begun = time.thread_time()
    loop(MANY, 0)
    heard = time.thread_time() - begun
    if _core.native_blocks() != before:
        raise BenchError("the count of native blocks is not what it was")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    check = _core.Check(mode=_core.MODE_FIXED, iterations=12)
    runs = 0
    times = [0.0] * 100

    def body() -> None:
        nonlocal runs
        begun = time.thread_time()
        loop(MANY // 10, 0)
        times[runs] = time.thread_time() - begun
        runs += 1

    check.drive(body)
    if check.result()["dropped"]:
        raise BenchError("allocations were dropped")
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    return {"heard": heard, "traced": sum(sorted(times[:runs])[-10:]), "more": more}


def _preloaded(shim: str, function: str, **arguments: Any) -> Any:
    before = os.environ.pop("LD_PRELOAD", None)
    try:
        os.environ["LD_PRELOAD"] = shim
        return in_child("tests.bench.native", function, **arguments)
    finally:
        os.environ.pop("LD_PRELOAD", None)
        if before is not None:
            os.environ["LD_PRELOAD"] = before


def ask(options: Options) -> Iterator[Table]:
    """The table."""
    shim = find_spec("leakcheck._shim")
    if shim is None or shim.origin is None:
        raise BenchError("there is no shim for this C library")
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder, "loop.so"))
        flags = ["-O1", "-fno-optimize-sibling-calls", "-shared", "-fPIC"]
        subprocess.run(["gcc", *flags, "-o", library, str(_SOURCE)], check=True)
        rows = []
        for title, (loop, depth) in LOOPS.items():
            told = [
                _both(library, loop, depth, shim.origin) for _ in range(options.repeats(REPEATS))
            ]
            plain = [one["plain"] for one in told]
            rows.append((f"{title}, without the shim", "", spread(plain, ".0f")))
            for way, name in WAYS.items():
                if way not in told[0]:
                    continue
                ratios = [one[way] / one["plain"] for one in told]
                costs = [one[way] for one in told]
                rows.append((f"{title}, {name}", spread(ratios), spread(costs, ".0f")))
        if options.full:
            all_at_once = _preloaded(shim.origin, "many", library=library)
    yield Table(
        "A malloc and a free in a loop that does little else",
        (
            f"Processor time of {TURNS:,} turns, {options.repeats(REPEATS)} processes of each kind.",
            "ctypes and libffi are five calls more between Python and the loop. Bar: 2.5 at Python stacks",
            "where blocks are written to.",
        ),
        ("the loop", "against no shim", "ns a turn"),
        tuple(rows),
    )
    if options.full:
        yield Table(
            "A hundred million allocations",
            ("The same loop, called once and while heard, and ten times while traced.",),
            ("", "heard", "traced"),
            (
                (
                    "processor seconds",
                    f"{all_at_once['heard']:.1f}",
                    f"{all_at_once['traced']:.1f}",
                ),
                ("MiB of memory more at most", "", f"{all_at_once['more']:.1f}"),
            ),
        )


def _both(library: str, loop: str, depth: int, shim: str) -> dict[str, float]:
    where = "tests.bench.native"
    asked = {"library": library, "loop": loop, "depth": depth}
    told = in_child(where, "one_process", **asked, preloaded=False)
    heard = _preloaded(shim, "one_process", **asked, preloaded=True)
    peers: dict[str, float] = {}
    if importlib.util.find_spec("memray") is not None:
        for way, deep in (("memray", False), ("memray native", True)):
            peers[way] = in_child(where, "under_memray", **asked, deep=deep)
    return {**told, **heard, **peers}
