# SPDX-License-Identifier: MIT
"""The page of the laboratory's results."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.figures import Table

HISTORY = "## How often the half held apart was scored"
"""From here to the end the page is written by hand, and kept."""

HEAD = """\
# The growth laboratory

Written by `python -m tests.bench.growth_lab --markdown FILE`: {day}, {seeds:,} seeds for each process and
rate, {seconds:.0f} seconds, {machine}, {build}.

A generated process says how many blocks are alive after each run; what is true of it is known. Our
machine is driven through the product's whole chain: an adaptive check, and a confirming trace for
what is suspected or undecided. Each rule sees the same processes from the same seeds and does its
usual number of runs; what it is given is one total of blocks. LeakCanary and BLeak compare paths of
heap dumps, and our product also judges single lines and empties caches, so these figures compare
ways to decide, not tools. Processes were chosen to be hard: the means are no rates of the field.

- *False*: harmless processes called a leak, mean over processes, percent; *worst*: the one most
  often called so.
- *Caches over N*: harmless, but not full after the N runs that our check traces. To whoever sees
  counts only, such a cache is a leak; the product empties it or names its holder.
- *Found*: leaks called a leak, of those that leak at or above the declared rate and begin early
  enough for three leaks in the shortest check; *least*: the one least often found. A random leak
  of exactly the declared rate is missed in up to 5 % of checks: that
  is the bound which a CLEAN states.
- *Undecided*: INCONCLUSIVE. The other rules have no such answer.
- *We are ahead*: more leaks found, and false positives fewer, or more by no more than chance
  explains (two standard deviations of both counts).

Sources of the rules: the docstrings of `tests/bench/rival_rules.py`.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One half and its tables."""

    half: str
    processes: int
    tables: tuple[Table, ...]


def history(text: str) -> str:
    """What was written by hand at the end of an earlier page."""
    _, heading, rest = text.partition(HISTORY)
    return heading + rest


def render(parts: Sequence[Part], *, seeds: int, seconds: float, kept: str) -> str:
    """The page's text."""
    out = [
        HEAD.format(
            day=datetime.now(UTC).date().isoformat(),
            seeds=seeds,
            seconds=seconds,
            machine=platform.machine(),
            build=platform.python_compiler(),
        )
    ]
    for part in parts:
        out.append(f"## The half: {part.half}, {part.processes} processes\n")
        out += [f"{table.text()}\n" for table in part.tables]
    out.append(kept or f"{HISTORY}\n\nNot written yet.\n")
    return "\n".join(out)


def write(file: Path, parts: Sequence[Part], *, seeds: int, seconds: float) -> None:
    """Write the page; the history of an earlier one is kept."""
    kept = history(file.read_text(encoding="utf-8")) if file.is_file() else ""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(render(parts, seeds=seeds, seconds=seconds, kept=kept), encoding="utf-8")
