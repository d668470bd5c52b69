# SPDX-License-Identifier: MIT
"""The growth laboratory: `python -m tests.bench.growth_lab [--seeds N] [--markdown FILE]`.

Scores the decision machine of csrc/core, compiled to a shared library, and the rules of other
tools on generated processes, in two halves: one that the rule is tuned by, and one held apart that
only scores. A check is the whole chain of the product, see growth_chain.h.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.bench import growth_page, growth_tables
from tests.bench.growth_driver import Driver, LaboratoryError, build
from tests.bench.growth_held_apart import HELD_APART
from tests.bench.growth_processes import TUNING, Process
from tests.bench.growth_score import BUDGETS, RATES, Row, ours, rivals

HALVES = {"tuning": TUNING, "held apart": HELD_APART}
WORKERS_MOST = 2


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be scored for one process."""

    library: Path
    process: Process
    rates: tuple[float, ...]
    seeds: int
    with_rivals: bool
    budgets: tuple[int, ...]


def score(order: Order) -> list[Row]:
    """All rows of one process."""
    driver = Driver(order.library)
    seeds = range(order.seeds)
    rows = [
        ours(driver, order.process, rate, seeds, budget)
        for rate in order.rates
        for budget in (0, *order.budgets)
    ]
    if order.with_rivals:
        rows += rivals(driver, order.process, order.rates, seeds)
    return rows


def run(
    processes: Sequence[Process],
    *,
    rates: Sequence[float] = RATES,
    seeds: int,
    with_rivals: bool = True,
    budgets: Sequence[int] = BUDGETS,
    workers: int = 1,
) -> tuple[list[Row], dict[float, int]]:
    """The rows of the processes in their order, and N at each rate.

    Raises:
        LaboratoryError: the machine can't be compiled or driven.
    """
    with tempfile.TemporaryDirectory() as folder:
        library = build(Path(folder))
        orders = [
            Order(library, process, tuple(rates), seeds, with_rivals, tuple(budgets))
            for process in processes
        ]
        driver = Driver(library)
        traced = {rate: driver.traced(rate) for rate in rates}
        if workers == 1:
            found = [score(order) for order in orders]
        else:
            with ProcessPoolExecutor(workers) as pool:
                found = list(pool.map(score, orders))
    return [row for rows in found for row in rows], traced


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.growth_lab", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--half", choices=HALVES, action="append", help="both unless given")
    parser.add_argument("--only", default="", help="processes whose name contains this")
    parser.add_argument("--ours", action="store_true", help="no rivals, no time limits")
    parser.add_argument(
        "--workers", type=int, choices=range(1, WORKERS_MOST + 1), default=WORKERS_MOST
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page too")
    chosen = parser.parse_args(argv)
    if chosen.seeds < 1:
        parser.error(f"--seeds must be 1 or more, not {chosen.seeds}")
    if any(not 0 < rate <= 1 for rate in chosen.rates):
        parser.error(f"--rates must be over 0 and at most 1, not {chosen.rates}")
    return chosen


def main(argv: Sequence[str] | None = None) -> int:
    """Score, print, write; 1 where nothing could be scored."""
    chosen = arguments(argv)
    parts = []
    began = time.perf_counter()
    for half in chosen.half or HALVES:
        processes = [p for p in HALVES[half] if chosen.only in p.name]
        if not processes:
            print(f"no process of the half {half} is named like {chosen.only!r}", file=sys.stderr)
            continue
        try:
            rows, traced = run(
                processes,
                rates=chosen.rates,
                seeds=chosen.seeds,
                with_rivals=not chosen.ours,
                budgets=() if chosen.ours else BUDGETS,
                workers=chosen.workers,
            )
        except LaboratoryError as error:
            print(f"nothing was scored: {error}", file=sys.stderr)
            return 1
        tables = [growth_tables.rules(rows, rate, traced[rate]) for rate in chosen.rates]
        if not chosen.ours:
            tables.insert(0, growth_tables.bars(rows, chosen.rates))
            tables += [growth_tables.groups(rows, rate) for rate in chosen.rates]
            tables.append(growth_tables.stopped(rows, chosen.rates))
        tables.append(growth_tables.single(rows, chosen.rates))
        print(f"== {half}: {len(processes)} processes, {chosen.seeds} seeds each\n")
        for table in tables:
            print(table.text(), "\n", flush=True)
        parts.append(growth_page.Part(half, len(processes), tuple(tables)))
    if not parts:
        return 1
    seconds = time.perf_counter() - began
    print(f"{seconds:.0f} seconds, {chosen.workers} workers, {os.cpu_count()} cores")
    if chosen.markdown:
        growth_page.write(chosen.markdown, parts, seeds=chosen.seeds, seconds=seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
