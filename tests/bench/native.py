# SPDX-License-Identifier: MIT
"""What does listening to native memory cost a loop that only allocates?

A loop in C that calls malloc and free, by ctypes: in a process without the shim, with it but unheard,
heard between traces, traced at Python stacks, and traced at native stacks too. In each repeat the two
processes run one after the other.
"""

from __future__ import annotations

import ctypes
import os
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
DEPTHS: Final = (0, 16)
WAYS: Final = {
    "shim": "with the shim, nobody listens",
    "heard": "heard, no trace",
    "python": "traced at Python stacks",
    "native": "traced at native stacks too",
}
_SOURCE: Final = Path(__file__).with_name("native_loop.c")


def one_process(library: str, depth: int, *, preloaded: bool) -> dict[str, float]:
    """Nanoseconds a turn of the loop, for each way that this process can run it."""
    from leakcheck import _core

    loop = ctypes.PyDLL(library).native_loop
    times: list[float] = [0.0] * 1000
    done = 0

    def body() -> None:
        nonlocal done
        begun = time.thread_time()
        loop(TURNS, depth)
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
        for depth in DEPTHS:
            told = [_both(library, depth, shim.origin) for _ in range(options.repeats(REPEATS))]
            plain = [one["plain"] for one in told]
            rows.append((f"{depth + 1} calls deep, without the shim", "", spread(plain, ".0f")))
            for way, name in WAYS.items():
                ratios = [one[way] / one["plain"] for one in told]
                costs = [one[way] for one in told]
                rows.append(
                    (f"{depth + 1} calls deep, {name}", spread(ratios), spread(costs, ".0f"))
                )
    yield Table(
        "A malloc and a free in a loop that does nothing else",
        (
            f"Processor time of {TURNS:,} turns, {options.repeats(REPEATS)} times two processes.",
            "ctypes and libffi are five calls more between Python and the loop.",
        ),
        ("the loop", "against no shim", "ns a turn"),
        tuple(rows),
    )


def _both(library: str, depth: int, shim: str) -> dict[str, float]:
    where = ("tests.bench.native", "one_process")
    before = os.environ.pop("LD_PRELOAD", None)
    try:
        plain = in_child(*where, library=library, depth=depth, preloaded=False)
        os.environ["LD_PRELOAD"] = shim
        heard = in_child(*where, library=library, depth=depth, preloaded=True)
    finally:
        os.environ.pop("LD_PRELOAD", None)
        if before is not None:
            os.environ["LD_PRELOAD"] = before
    return {**plain, **heard}
