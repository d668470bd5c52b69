# SPDX-License-Identifier: MIT
"""A small laboratory for the decision machine: `python -m tests.bench.growth_lab [seeds]`.

Drives csrc/core/growth.c, compiled to a shared library in a temporary directory, over generated
processes, and prints how often each one is called LEAK, CLEAN or INCONCLUSIVE and after how many
runs. A check is the whole chain of the product: an adaptive check of three windows, and where that
says LEAK, a confirming check of four windows from 64 runs on the same process, whose word counts.
"""

from __future__ import annotations

import argparse
import ctypes
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.growth_processes import PROCESSES, Process

CORE = Path(__file__).resolve().parents[2] / "csrc" / "core"
SOURCES = ("growth.c", "growth_plan.c", "growth_screen.c", "growth_series.c", "mem.c")
ADAPTIVE, CONFIRM = 0, 1
RUN, START_TRACE = 0, 1
VERDICTS = ("CLEAN", "LEAK", "INCONCLUSIVE")
RATES = (0.3, 0.1, 0.01)


class _Settings(ctypes.Structure):
    _fields_ = (
        ("mode", ctypes.c_int),
        ("rate", ctypes.c_double),
        ("warmup_max", ctypes.c_int32),
        ("first_window", ctypes.c_int32),
        ("windows", ctypes.c_int32),
        ("iterations", ctypes.c_int32),
        ("seed", ctypes.c_uint64),
        ("wide", ctypes.c_bool),
    )


class _Step(ctypes.Structure):
    _fields_ = (
        ("action", ctypes.c_int),
        ("phase", ctypes.c_int),
        ("runs", ctypes.c_int32),
        ("baseline", ctypes.c_bool),
        ("mark", ctypes.c_bool),
        ("wide", ctypes.c_bool),
    )


class _Result(ctypes.Structure):
    _fields_ = (
        ("verdict", ctypes.c_int),
        ("why", ctypes.c_int),
        ("metric", ctypes.c_int32),
        ("slope", ctypes.c_double),
        ("exact", ctypes.c_bool),
        ("bound", ctypes.c_double),
        ("judged", ctypes.c_int32),
        ("runs", ctypes.c_int32),
        ("windows", ctypes.c_int32),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One process at one rate: shares in percent, mean runs of a check."""

    process: Process
    rate: float
    leak: float
    clean: float
    inconclusive: float
    suspected: float
    runs: float

    @property
    def wanted(self) -> str:
        """What the rule should say: "leak", "not leak", or "any" where it need not know."""
        if self.process.slope == 0:
            return "any" if self.process.beyond else "not leak"
        return "leak" if self.process.slope >= self.rate * 0.999 else "any"


class Machine:
    """The compiled decision machine."""

    def __init__(self, folder: Path) -> None:
        path = folder / "growth.so"
        sources = [str(CORE / name) for name in SOURCES]
        subprocess.run(
            ["gcc", "-std=c11", "-O2", "-fPIC", "-shared", f"-I{CORE}", "-o", path, *sources],
            check=True,
        )
        self._library = ctypes.CDLL(str(path))
        self._library.lc_growth_new.restype = ctypes.c_void_p
        self._library.lc_growth_next.restype = _Step
        self._library.lc_growth_next.argtypes = (ctypes.c_void_p,)
        self._library.lc_growth_feed.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        self._library.lc_growth_judge.restype = _Result
        self._library.lc_growth_judge.argtypes = (ctypes.c_void_p,)
        self._library.lc_growth_free.argtypes = (ctypes.c_void_p,)

    def check(self, settings: _Settings, levels: Iterator[int], level: int) -> tuple[_Result, int]:
        """Judges the process from here on: the result and the level it was left at."""
        machine = self._library.lc_growth_new(ctypes.byref(settings))
        values = (ctypes.c_int64 * 4)()
        while True:
            step = self._library.lc_growth_next(machine)
            if step.action == START_TRACE:
                continue
            if step.action != RUN:
                break
            for _ in range(step.runs):
                level = next(levels)
            values[0] = level
            self._library.lc_growth_feed(machine, values)
        result: _Result = self._library.lc_growth_judge(machine)
        self._library.lc_growth_free(machine)
        return result, level


def chain(machine: Machine, process: Process, rate: float, seed: int) -> tuple[int, bool, int]:
    """One check as the product makes it: (verdict, suspected, runs)."""
    levels = process.levels(random.Random(seed * 7919 + 17), rate)
    level = 1000
    result, level = machine.check(_Settings(ADAPTIVE, rate, 8, 0, 3, 0, seed), levels, level)
    verdict, runs = result.verdict, result.runs
    suspected = bool(VERDICTS[verdict] == "LEAK")
    if suspected:
        result, level = machine.check(_Settings(CONFIRM, rate, 8, 64, 4, 0, seed), levels, level)
        verdict, runs = result.verdict, runs + result.runs
    return verdict, suspected, runs


def measure(machine: Machine, process: Process, rate: float, seeds: int) -> Row:
    """The process judged `seeds` times."""
    counts = [0, 0, 0]
    suspects = total = 0
    for seed in range(seeds):
        verdict, suspected, runs = chain(machine, process, rate, seed)
        counts[verdict] += 1
        suspects += suspected
        total += runs
    share = 100 / seeds
    clean, leak, inconclusive = (count * share for count in counts)
    return Row(process, rate, leak, clean, inconclusive, suspects * share, total / seeds)


def main(arguments: list[str]) -> int:
    """Prints the table and, last, the two sums that the rule is tuned by."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("seeds", nargs="?", type=int, default=100)
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--only", default="", help="processes whose name contains this")
    chosen = parser.parse_args(arguments)
    rows: list[Row] = []
    header = f"{'process':30} {'wanted':9} {'rate':>5} {'LEAK':>6} {'CLEAN':>6} {'INCON':>6}"
    print(f"{header} {'suspect':>8} {'runs':>7}   (percent of {chosen.seeds} seeds)")
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder))
        for process in PROCESSES:
            if chosen.only not in process.name:
                continue
            for rate in chosen.rates:
                row = measure(machine, process, rate, chosen.seeds)
                rows.append(row)
                off = (row.wanted == "not leak" and row.leak > 0) or (
                    row.wanted == "leak" and row.leak < 99
                )
                print(
                    f"{process.name:30} {row.wanted:9} {rate:5g} {row.leak:6.1f} {row.clean:6.1f} "
                    f"{row.inconclusive:6.1f} {row.suspected:8.1f} {row.runs:7.1f}"
                    f"{'  <--' if off else ''}",
                    flush=True,
                )
    for rate in chosen.rates:
        for wanted in ("not leak", "leak"):
            picked = [row for row in rows if row.rate == rate and row.wanted == wanted]
            if picked:
                mean = sum(row.leak for row in picked) / len(picked)
                unsure = sum(row.inconclusive for row in picked) / len(picked)
                print(
                    f"rate {rate:g}, {len(picked)} processes wanted {wanted}: "
                    f"LEAK {mean:.2f} %, INCONCLUSIVE {unsure:.2f} %"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
