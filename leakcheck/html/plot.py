# SPDX-License-Identifier: MIT
"""The growth of a leak as a drawing: counts at each mark against the runs, envelope and fit.

The envelope is the retained part of csrc/core/growth_series.h: at each mark the least level from
there on, since what is freed later was not leaked. The fit is a line of the rate that was found.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakcheck.judge.sites import group
from leakcheck.model import Metric, Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leakcheck.judge.sites import LineGroup
    from leakcheck.model import Reading, Result

WIDTH: Final = 720
HEIGHT: Final = 250
LEFT: Final = 70
RIGHT: Final = 14
TOP: Final = 12
BOTTOM: Final = 40
LINES: Final = 4
"""Lines of code drawn by themselves."""
_TICKS: Final = 5
_TAIL: Final = 0.75
"""Of a series that falls at times, the part of the runs from which on its end is looked for."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A number at an axis, and where."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """What to draw, in the units of an SVG of WIDTH by HEIGHT.

    Attributes:
        unit: what is counted.
        points: a dot for each mark of the count.
        envelope, area: SVG paths: the envelope, and what lies under it.
        fit: SVG path.
        lines: SVG paths: growing lines of code, in their order.
        across, up: ticks of the axes.
        floor: where the axis of runs lies.
        summary: what is to be seen, in words.
        names: heads of the columns of `rows`.
        rows: the numbers: runs, count, and that of each line; empty text where one is not known.
    """

    unit: str
    points: tuple[tuple[float, float], ...]
    envelope: str
    area: str
    fit: str
    lines: tuple[str, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    floor: float
    summary: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Curve:
    runs: tuple[int, ...]
    levels: tuple[int, ...]


def plot(result: Result, groups: Sequence[LineGroup]) -> Plot | None:
    """The drawing; None where no counts of a trace are known.

    Args:
        result: a leak.
        groups: its lines of code; the first few are drawn too.
    """
    unit = result.units[1]
    curves = [_Curve(result.marks, _sum(one)) for one in drawn_apart(result, groups)]
    total = _total(result) or _summed(result)
    if total is None:
        return None
    kept = envelope(total.runs, total.levels)
    offsets = [level - result.rate * run for run, level in zip(total.runs, kept, strict=False)]
    if not math.isfinite(sum(offsets)):
        return None
    base = round(sum(offsets) / len(offsets))
    total = _Curve(total.runs, tuple(level - base for level in total.levels))
    kept = tuple(level - base for level in kept)
    ends = (result.rate * total.runs[-1], 0.0)
    values = [*total.levels, *ends, *(level for one in curves for level in one.levels)]
    if not all(map(math.isfinite, map(float, values))):
        return None
    across = _Axis.over((0, *result.marks, *total.runs), LEFT, WIDTH - RIGHT)
    up = _Axis.over((0, *values), HEIGHT - BOTTOM, TOP)
    if across is None or up is None:
        return None

    def drawn(runs: Sequence[float], levels: Sequence[float]) -> list[tuple[float, float]]:
        return [(across.at(x), up.at(y)) for x, y in zip(runs, levels, strict=False)]

    under = drawn(total.runs, kept)
    floor = up.at(0)
    return Plot(
        unit=unit,
        points=tuple(drawn(total.runs, total.levels)),
        envelope=_path(under),
        area=f"{_path(under)}V{floor:g}H{under[0][0]:g}Z",
        fit=_path(drawn((0, total.runs[-1]), (0.0, ends[0]))),
        lines=tuple(_path(drawn(one.runs, one.levels)) for one in curves),
        across=across.ticks(),
        up=up.ticks(),
        floor=floor,
        summary=_summary(result, total, unit),
        names=("runs", unit, *(f"line {at + 1}" for at in range(len(curves)))),
        rows=_rows(result, total, curves),
    )


def drawn_apart(result: Result, groups: Sequence[LineGroup]) -> Sequence[LineGroup]:
    """Those that have a curve of their own; none where their counts are not those of the marks."""
    first = groups[:LINES]
    return first if all(_fits(one, result) for one in first) else ()


def growing(result: Result) -> tuple[LineGroup, ...]:
    """The lines that follow the runs; where none does, all that grew."""
    every = group(result.sites)
    return tuple(one for one in every if one.grows) or every


def envelope(runs: Sequence[int], levels: Sequence[int]) -> tuple[int, ...]:
    """The least level from each mark on, up to the last mark that can be trusted.

    Args:
        runs: at each mark, rising.
        levels: likewise, at least one.
    """
    last = len(levels) - 1
    if any(later < before for before, later in itertools.pairwise(levels)):
        tail = [at for at, run in enumerate(runs) if run > runs[-1] * _TAIL - 1] or [last]
        last = min(tail, key=lambda at: (levels[at], -at))
    kept = [levels[last]]
    for level in reversed(levels[:last]):
        kept.append(min(level, kept[-1]))
    return tuple(reversed(kept))


def _total(result: Result) -> _Curve | None:
    """The count of the whole process at the marks of the last trace."""
    trace = [one for one in result.readings if one.phase is Phase.TRACE]
    for marks in (result.marks, result.marks[1:]):
        last = trace[len(trace) - len(marks) :]
        if len(marks) < 2 or len(last) != len(marks):  # noqa: PLR2004 - a line has two ends
            continue
        levels = [_count(one, result) for one in last]
        aligned = {one.runs - mark for one, mark in zip(last, marks, strict=True)}
        known = [level for level in levels if level is not None]
        if len(aligned) == 1 and len(known) == len(marks) and _rises(marks):
            return _Curve(marks, tuple(known))
    return None


def _summed(result: Result) -> _Curve | None:
    """The count of all lines together."""
    if not _rises(result.marks) or result.metric not in (None, Metric.BLOCKS, Metric.RAW):
        return None
    every = [one.series for one in result.sites if len(one.series) == len(result.marks)]
    if not every:
        return None
    return _Curve(result.marks, tuple(map(sum, zip(*every, strict=True))))


def _count(one: Reading, result: Result) -> int | None:
    metric = result.metric
    if metric is Metric.PROBE:
        named = zip(result.probes, one.probes or (), strict=False)
        return next((count for probe, count in named if probe.name == result.probe), None)
    counts = {
        Metric.RAW: one.raw,
        Metric.OBJECTS: one.objects,
        Metric.REFERENCES: one.references,
        Metric.COUNTS: one.counts,
    }
    return counts.get(metric, one.blocks) if metric is not None else one.blocks


def _rises(marks: Sequence[int]) -> bool:
    return len(marks) > 1 and all(a < b for a, b in itertools.pairwise(marks))


def _fits(one: LineGroup, result: Result) -> bool:
    return _rises(result.marks) and all(len(part.series) == len(result.marks) for part in one.parts)


def _sum(one: LineGroup) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(part.series for part in one.parts), strict=True)))


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)


def _summary(result: Result, total: _Curve, unit: str) -> str:
    grown = total.levels[-1] - total.levels[0]
    runs = total.runs[-1] - total.runs[0]
    exact = ", each mark on the line" if result.exact else ""
    return (
        f"{grown:+,} {unit} in {runs:,} runs at {len(total.runs)} marks; "
        f"the fit is {result.rate:+.3g} a run{exact}"
    )


def _rows(result: Result, total: _Curve, curves: Sequence[_Curve]) -> tuple[tuple[str, ...], ...]:
    counts = dict(zip(total.runs, total.levels, strict=True))
    lines = [dict(zip(one.runs, one.levels, strict=True)) for one in curves]
    return tuple(
        (
            f"{run:,}",
            *("" if run not in one else f"{one[run]:,}" for one in (counts, *lines)),
        )
        for run in result.marks
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """A linear scale."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> _Axis | None:
        numbers = [float(one) for one in values]
        low, high = min(numbers), max(numbers)
        if not high > low or not math.isfinite(high - low):
            return None
        return cls(low, high, start, end)

    def at(self, value: float) -> float:
        """To a tenth of a unit."""
        part = (value - self.low) / (self.high - self.low)
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self) -> tuple[Tick, ...]:
        """Round whole numbers, some five of them."""
        rough = (self.high - self.low) / _TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = max(1.0, next(n * power for n in (1, 2, 5, 10) if n * power >= rough))
        first = math.ceil(self.low / step)
        last = math.floor(self.high / step)
        return tuple(Tick(self.at(n * step), _number(n * step)) for n in range(first, last + 1))


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) < 1e9 else f"{value:.2g}"  # noqa: PLR2004 - fits the margin
