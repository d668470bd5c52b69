# SPDX-License-Identifier: MIT
"""Scores of rules on processes: shares of verdicts, and their means over processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.growth_driver import salt
from tests.bench.rival_rules import RULES

if TYPE_CHECKING:
    from tests.bench.growth_driver import Driver
    from tests.bench.growth_processes import Process

OURS = "leakcheck"
RATES = (0.3, 0.1, 0.01)
BUDGETS = (50, 150, 400, 800, 3000)
HARMLESS, BEYOND, LEAK, ANY = "harmless", "cache larger than N", "leak", "any"


@dataclass(frozen=True, slots=True)
class Row:
    """What one rule says of one process at one declared rate.

    Attributes:
        process: its name.
        group: of the process.
        wanted: HARMLESS, BEYOND (harmless, but counts can't show it), LEAK, or ANY where a leak
            is slower than the declared rate.
        rule: OURS or the name of a rival.
        rate: the declared one.
        budget: runs after which the time was out; 0 for no limit.
        leak, inconclusive, suspected: percent of the seeds.
        runs: in the mean.
        seeds: how many.
    """

    process: str
    group: str
    wanted: str
    rule: str
    rate: float
    budget: int
    leak: float
    inconclusive: float
    suspected: float
    runs: float
    seeds: int


@dataclass(frozen=True, slots=True)
class Mean:
    """Of several rows: the mean share called LEAK, the extremes, and `leaks`: so often in all."""

    processes: int
    leak: float
    most: Row
    least: Row
    inconclusive: float
    runs: float
    leaks: float


def wanted(process: Process, rate: float, traced: float) -> str:
    """What a rule should say where `traced` runs are looked at."""
    if process.harmless:
        return BEYOND if process.fills > traced else HARMLESS
    return LEAK if process.promised(rate) else ANY


def ours(driver: Driver, process: Process, rate: float, seeds: range, budget: int = 0) -> Row:
    """Our machine's row."""
    parts = process.parts_at(rate)
    answers = driver.judge(parts, rate, salt(process.name), seeds, budget)
    traced: float = driver.traced(rate)
    if budget:
        least = min((a.runs for a in answers if a.verdict == "LEAK"), default=budget)
        traced = min(traced, least)
    share = 100 / len(seeds)
    return Row(
        process=process.name,
        group=process.group,
        wanted=wanted(process, rate, traced),
        rule=OURS,
        rate=rate,
        budget=budget,
        leak=share * sum(a.verdict == "LEAK" for a in answers),
        inconclusive=share * sum(a.verdict == "INCONCLUSIVE" for a in answers),
        suspected=share * sum(a.suspected for a in answers),
        runs=sum(a.runs for a in answers) / len(seeds),
        seeds=len(seeds),
    )


def rivals(driver: Driver, process: Process, rates: Sequence[float], seeds: range) -> list[Row]:
    """A row for each rival and rate, on the same processes and seeds."""
    found: dict[tuple[object, ...], tuple[float, float]] = {}
    rows = []
    for rate in rates:
        parts = process.parts_at(rate)
        for rule in RULES:
            key = (rule.name, parts)
            if key not in found:
                leaks = runs = 0
                for seed in seeds:
                    levels = driver.levels(parts, salt(process.name) ^ seed)
                    answer = rule.judge(levels.after)
                    levels.close()
                    leaks += answer.leak
                    runs += answer.runs
                found[key] = (100 * leaks / len(seeds), runs / len(seeds))
            leak, mean = found[key]
            kind = wanted(process, rate, driver.traced(rate))
            rows.append(
                Row(
                    process=process.name,
                    group=process.group,
                    wanted=kind,
                    rule=rule.name,
                    rate=rate,
                    budget=0,
                    leak=leak,
                    inconclusive=0,
                    suspected=0,
                    runs=mean,
                    seeds=len(seeds),
                )
            )
    return rows


def mean(rows: Sequence[Row]) -> Mean | None:
    """Of the rows, each process counting the same; None where there are none."""
    if not rows:
        return None
    count = len(rows)
    return Mean(
        processes=count,
        leak=sum(row.leak for row in rows) / count,
        most=max(rows, key=lambda row: row.leak),
        least=min(rows, key=lambda row: row.leak),
        inconclusive=sum(row.inconclusive for row in rows) / count,
        runs=sum(row.runs for row in rows) / count,
        leaks=sum(row.leak * row.seeds / 100 for row in rows),
    )


def pick(
    rows: Iterable[Row],
    *,
    rule: str,
    rate: float,
    kind: str | None = None,
    budget: int = 0,
    where: Callable[[Row], bool] = lambda _: True,
) -> list[Row]:
    """The rows of one rule at one rate."""
    return [
        row
        for row in rows
        if row.rule == rule
        and row.rate == rate
        and row.budget == budget
        and kind in {None, row.wanted}
        and where(row)
    ]
