# SPDX-License-Identifier: MIT
"""What every question answers with: spreads over repeats, in tables."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class BenchError(Exception):
    """A measurement that did not measure what it should; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for.

    Attributes:
        quick: few repeats and short phases: shows that a question works, not its answer.
        full: also the rows that take minutes.
        suite: the package whose suite is timed.
    """

    quick: bool = False
    full: bool = False
    suite: str = "cachetools"

    def repeats(self, usual: int) -> int:
        """Processes to start for one row."""
        return 2 if self.quick else usual


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an answer.

    Attributes:
        title: what it shows.
        notes: how it was measured and which bar it is held against.
        columns, rows: texts.
    """

    title: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """The table for a terminal and for Markdown alike."""
        cells = [self.columns, *self.rows]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [
            "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
            for row in cells
        ]
        lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
        return "\n".join([f"**{self.title}**", "", *self.notes, "", *lines])


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Median of the repeats, with the least and the greatest: `1.02 (1.01 to 1.04)`."""
    if not values:
        return ""
    middle, least, most = (
        format(value, form) for value in (statistics.median(values), min(values), max(values))
    )
    return middle if least == most else f"{middle} ({least} to {most})"
