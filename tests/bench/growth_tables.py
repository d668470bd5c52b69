# SPDX-License-Identifier: MIT
"""The laboratory's tables: rules against each other, groups, single processes, bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tests.bench.figures import Table
from tests.bench.growth_score import ANY, BEYOND, BUDGETS, HARMLESS, LEAK, OURS, mean, pick
from tests.bench.rival_rules import RULES

if TYPE_CHECKING:
    from tests.bench.growth_score import Mean, Row

NAMES = (OURS, *(rule.name for rule in RULES))
FALSE_MOST = {0.1: 1.0, 0.01: 0.1}
"""Percent of harmless processes, caches larger than N aside, that may be called leaks."""
FOUND_LEAST = 99.0
"""Percent of the leaks at or above the declared rate that must be found."""

SIGMAS = 2.0
"""So many more false positives, in standard deviations of the counts, are chance."""


def _share(found: Mean | None) -> str:
    return "" if found is None else f"{found.leak:.2f}"


def _worst(row: Row, *, good: bool) -> str:
    return "" if good else f"{row.leak:.1f} {row.process}"


def _ahead(ours: tuple[Mean, Mean], theirs: tuple[Mean, Mean]) -> str:
    more = ours[0].leaks - theirs[0].leaks
    by_chance = SIGMAS * math.sqrt(ours[0].leaks + theirs[0].leaks)
    return "yes" if more <= by_chance and ours[1].leak > theirs[1].leak else "**no**"


def rules(rows: Sequence[Row], rate: float, traced: int) -> Table:
    """Each rule on one half at one rate."""
    lines = []
    first: tuple[Mean, Mean] | None = None
    for name in NAMES:
        safe = mean(pick(rows, rule=name, rate=rate, kind=HARMLESS))
        leaks = mean(pick(rows, rule=name, rate=rate, kind=LEAK))
        if safe is None or leaks is None:
            continue
        first = first or (safe, leaks)
        beyond = mean(pick(rows, rule=name, rate=rate, kind=BEYOND))
        both = (safe.processes * safe.inconclusive + leaks.processes * leaks.inconclusive) / (
            safe.processes + leaks.processes
        )
        lines.append(
            (
                name,
                f"{safe.leak:.2f}",
                _worst(safe.most, good=safe.most.leak == 0),
                _share(beyond),
                f"{leaks.leak:.2f}",
                _worst(leaks.least, good=leaks.least.leak == 100),
                f"{both:.1f}" if name == OURS else "",
                f"{safe.runs:.0f}",
                f"{leaks.runs:.0f}",
                "" if name == OURS else _ahead(first, (safe, leaks)),
            )
        )
    counts = [
        f"{len(pick(rows, rule=OURS, rate=rate, kind=kind))} {text}"
        for kind, text in (
            (HARMLESS, "harmless processes"),
            (BEYOND, f"caches larger than N = {traced:,} runs"),
            (LEAK, "leaks at or above the rate"),
            (ANY, "slower leaks, not in this table"),
        )
    ]
    return Table(
        title=f"Declared rate {rate:g}",
        notes=(", ".join(counts) + ".",),
        columns=(
            "rule",
            "false, %",
            "worst",
            "caches over N, %",
            "found, %",
            "least",
            "undecided, %",
            "runs, harmless",
            "runs, leak",
            "we are ahead",
        ),
        rows=tuple(lines),
    )


def groups(rows: Sequence[Row], rate: float) -> Table:
    """Percent called LEAK by each rule, by group of processes."""
    lines = []
    for kind in (HARMLESS, BEYOND, LEAK):
        ours = pick(rows, rule=OURS, rate=rate, kind=kind)
        for group in dict.fromkeys(row.group for row in ours):
            shown = [
                _share(mean(pick(rows, rule=name, rate=rate, kind=kind, where=_of_group(group))))
                for name in NAMES
            ]
            many = sum(row.group == group for row in ours)
            lines.append((kind, group, str(many), *shown))
    return Table(
        title=f"Percent called a leak, by group, at rate {rate:g}",
        notes=("Should be 0 for what is harmless and 100 for leaks.",),
        columns=("", "group", "processes", *NAMES),
        rows=tuple(lines),
    )


def _of_group(group: str) -> Callable[[Row], bool]:
    return lambda row: row.group == group


def single(rows: Sequence[Row], rates: Sequence[float]) -> Table:
    """Our machine on each process: LEAK / INCONCLUSIVE in percent, mean runs."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        if row.rule == OURS and row.budget == 0:
            by_name.setdefault(row.process, []).append(row)
    lines = []
    for name, found in by_name.items():
        cells = [name, found[0].group]
        for row in found:
            mark = {LEAK: "", HARMLESS: "", BEYOND: " (over N)", ANY: " (slower)"}[row.wanted]
            off = (row.wanted == HARMLESS and row.leak > 0) or (
                row.wanted == LEAK and row.leak < FOUND_LEAST
            )
            text = f"{row.leak:.1f} / {row.inconclusive:.1f} / {row.runs:.0f}{mark}"
            cells.append(f"**{text}**" if off else text)
        lines.append(tuple(cells))
    return Table(
        title="leakcheck, process by process",
        notes=("LEAK in percent / INCONCLUSIVE in percent / mean runs.",),
        columns=("process", "group", *(f"rate {rate:g}" for rate in rates)),
        rows=tuple(lines),
    )


def stopped(rows: Sequence[Row], rates: Sequence[float]) -> Table:
    """Our machine where the time is out after some runs."""
    lines = []
    for rate in rates:
        for budget in BUDGETS:
            safe = mean(pick(rows, rule=OURS, rate=rate, kind=HARMLESS, budget=budget))
            leaks = mean(pick(rows, rule=OURS, rate=rate, kind=LEAK, budget=budget))
            if safe and leaks:
                lines.append(
                    (
                        f"{rate:g}",
                        str(budget),
                        f"{safe.leak:.2f}",
                        _worst(safe.most, good=safe.most.leak == 0),
                        f"{safe.inconclusive:.1f}",
                        f"{leaks.leak:.2f}",
                        f"{leaks.inconclusive:.1f}",
                    )
                )
    return Table(
        title="leakcheck, out of time",
        notes=(
            "Time is out before the runs exceed the budget; caches not full by then are left out.",
            "Whoever has no time may get no answer, but no wrong one.",
        ),
        columns=(
            "rate",
            "budget, runs",
            "false, %",
            "worst",
            "harmless undecided, %",
            "found, %",
            "leaks undecided, %",
        ),
        rows=tuple(lines),
    )


def bars(rows: Sequence[Row], rates: Sequence[float]) -> Table:
    """The bars, and what was measured."""
    lines = []
    for rate in rates:
        safe = mean(pick(rows, rule=OURS, rate=rate, kind=HARMLESS))
        leaks = mean(pick(rows, rule=OURS, rate=rate, kind=LEAK))
        if safe is None or leaks is None:
            continue
        if rate in FALSE_MOST:
            most = FALSE_MOST[rate]
            lines.append(
                (
                    f"false positives at rate {rate:g}, caches over N aside",
                    f"at most {most:g} %",
                    f"{safe.leak:.3f} %",
                    "yes" if safe.leak <= most else "**no**",
                )
            )
        lines.append(
            (
                f"leaks found at rate {rate:g}",
                f"at least {FOUND_LEAST:g} %",
                f"{leaks.leak:.2f} %",
                "yes" if leaks.leak >= FOUND_LEAST else "**no**",
            )
        )
        behind = []
        for rule in RULES:
            false = mean(pick(rows, rule=rule.name, rate=rate, kind=HARMLESS))
            found = mean(pick(rows, rule=rule.name, rate=rate, kind=LEAK))
            assert false is not None
            assert found is not None
            if _ahead((safe, leaks), (false, found)) != "yes":
                behind.append(rule.name)
        lines.append(
            (
                f"ahead of every rule on both sides at rate {rate:g}",
                "all",
                "behind " + ", ".join(behind) if behind else "all",
                "**no**" if behind else "yes",
            )
        )
    return Table(
        "Bars", ("Means over processes.",), ("bar", "wanted", "measured", "met"), tuple(lines)
    )
