# SPDX-License-Identifier: MIT
"""The report in the terminal: verdict, where, by which way, how sure, what to do next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from leakcheck.config import MAX_ITERATIONS
from leakcheck.explain.source import Sources
from leakcheck.judge.sites import group, parting, project_frame
from leakcheck.model import Metric, Verdict
from leakcheck.report import closing, native
from leakcheck.report.holding import holding, what_to_do
from leakcheck.report.places import CALL, COMMAND, PYTEST, Advice, Painter, Style
from leakcheck.report.sparkline import sparkline
from leakcheck.report.text import blocks, kib, number, pad, rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from leakcheck.judge.sites import LineGroup
    from leakcheck.model import Frame, Result, Site

__all__ = ["CALL", "COMMAND", "PYTEST", "Advice", "Style", "render"]

_GROUPS: Final = 5
_SEEN: Final = 3
_MORE: Final = 4
_COLORS: Final = {
    Verdict.LEAK: "bad",
    Verdict.UNBOUNDED_CACHE: "bad",
    Verdict.CACHE: "good",
    Verdict.CLEAN: "good",
    Verdict.INCONCLUSIVE: "unsure",
    Verdict.NOT_MEASURED: "unsure",
}


def render(  # noqa: PLR0913 - what a report needs, each by name
    result: Result,
    *,
    test: str,
    root: Path,
    reproduce: str,
    style: Style,
    advice: Advice = PYTEST,
    sources: Sources | None = None,
) -> str:
    """The report as text without a newline at its end.

    Args:
        result: what the check found; nothing is judged anew here.
        test: the test's id, or the name of what was checked.
        root: the project's folder: decides which frames are the project's own.
        reproduce: the command that repeats the check; empty when there is none.
        style: colours, characters, how much.
        advice: how settings are spelled where the report is read.
        sources: where lines of source are looked up; the files by default.
    """
    painter = Painter(root, style, sources or Sources())
    if result.verdict.leaks:
        lines = _leak(painter, result, test, reproduce, advice)
    elif result.verdict in (Verdict.INCONCLUSIVE, Verdict.CACHE):
        lines = _inconclusive(painter, result, test, reproduce, advice)
    elif result.verdict is Verdict.CLEAN:
        lines = _clean(painter, result, test)
    else:
        lines = iter([_verdict(painter, result, test, _reason(painter, result))])
    return "\n".join(line.rstrip() for line in lines)


def _verdict(painter: Painter, result: Result, test: str, figures: str) -> str:
    word = painter.tint(result.verdict.upper(), _COLORS[result.verdict])
    return f"{word}  {painter.tint(painter.line(test), 'strong')}  {figures}"


def _reason(painter: Painter, result: Result) -> str:
    return painter.line(result.reason, 400).rstrip(". ")


def _clean(painter: Painter, result: Result, test: str) -> Iterator[str]:
    figures = _reason(painter, result)
    if result.bound is not None:
        figures += f"; at most {number(result.bound)} leaks/run (95 %), N={result.judged:,}"
    yield _verdict(painter, result, test, figures.removeprefix("; "))
    if painter.style.verbose:
        yield from _seen(painter, group(result.sites))


def _inconclusive(
    painter: Painter, result: Result, test: str, reproduce: str, advice: Advice
) -> Iterator[str]:
    figures = f"N={result.judged:,}"
    if result.rate:
        figures = f"{_rate(painter, result)}, {figures}"
    yield _verdict(painter, result, test, figures)
    yield f"  why        {_reason(painter, result)}"
    yield from _seen(painter, group(result.sites))
    if result.dropped:
        yield "  next       check a part of this test alone, so that fewer blocks are alive at once"
    else:
        seconds = max(1, math.ceil(min(result.seconds, MAX_ITERATIONS) * _MORE))
        runs = min(MAX_ITERATIONS, max(1, result.runs) * _MORE)
        time = advice.max_time.format(seconds)
        yield f"  next       more time: {time} (this took {result.seconds:.1f} s)"
        yield f"             more runs: {advice.iterations.format(runs)}, or a smaller {advice.rate}"
        yield "             less noise: let every run do the same work (fixed seed, same input)"
    yield from closing.reproduce(painter, reproduce)


def _rate(painter: Painter, result: Result) -> str:
    """Such as "+2 blocks/run (exact)", of the metric that decided."""
    if result.metric in (None, Metric.BLOCKS, Metric.RAW):
        return rate(result.rate, exact=result.exact)
    one, several = result.units
    units = painter.line(one), painter.line(several)
    return rate(result.rate, exact=result.exact, units=units)


def headline(painter: Painter, result: Result, test: str) -> str:
    """The first line of what is said about a leak."""
    figures = _rate(painter, result)
    if result.exact and result.marks:
        marks = len(result.marks)
        figures += f", exact in {marks} of {marks} readings"
    return _verdict(painter, result, test, f"{figures}, N={result.judged:,}")


def _leak(
    painter: Painter, result: Result, test: str, reproduce: str, advice: Advice
) -> Iterator[str]:
    yield headline(painter, result, test)
    yield from holding(painter, result)
    yield from what_to_do(painter, result)
    if result.first_in:
        yield f"  same leak  as in {painter.line(result.first_in)}, which has the whole report"
        yield from closing.fingerprint(result)
        yield from closing.reproduce(painter, reproduce)
        return
    every = group(result.sites)
    # The reader can change the project's lines: those come first.
    growing = sorted((one for one in every if one.grows), key=painter.is_foreign)
    others = [one for one in every if not one.grows]
    if not every and not result.counts and not result.probe:
        yield ""
        yield "  no line known: what grew was not allocated while the tracer could see it"
    elif every and not growing:
        yield ""
        yield "  no line follows the runs by itself, only their sum does; the largest:"
        growing, others = others[:_SEEN], others[_SEEN:]
    shown = growing[:_GROUPS]
    for index in range(len(shown)):
        yield ""
        yield from _group(painter, result, shown, index)
    if len(growing) > len(shown):
        rest = growing[len(shown) :]
        yield ""
        yield (
            f"  and {len(rest)} more: "
            f"{blocks(sum(one.blocks for one in rest))}, {kib(sum(one.bytes for one in rest))}"
        )
        if painter.style.verbose:
            yield from _seen(painter, rest, len(rest))
    if others:
        yield ""
        yield from _others(painter, others)
    yield ""
    yield from closing.certificate(painter, result)
    yield from closing.dropped(result)
    yield from closing.fingerprint(result)
    yield from closing.reproduce(painter, reproduce)
    if advice.accept:
        yield f"  accept     {advice.accept}"


def _group(
    painter: Painter, result: Result, shown: Sequence[LineGroup], index: int
) -> Iterator[str]:
    """One allocating line: the project's line, the allocating one, counts, stack."""
    one = shown[index]
    own = project_frame(one.parts[0], painter.root)
    leaf = one.leaf
    notes: dict[int, str] = {}
    head = f"{index + 1}. "
    if own is not None and own != leaf:
        first = _first_with(painter, shown, own)
        again = f"  (as {first + 1})" if first < index else ""
        yield head + painter.tint(painter.where(own), "strong") + again
        if not again:
            yield from painter.statement(own, "       ")
        yield f"   allocated in  {painter.where(leaf)}"
    else:
        yield head + painter.tint(painter.where(leaf), "strong")
    yield from painter.statement(leaf, "       ")
    if one.native:
        where = "by what this line calls" if leaf.file else "where no Python code ran"
        yield f"   native memory, taken from the C library {where}"
        yield from native.taken_by(painter, one.parts[0])
    if own is None:
        yield "   (no frame of the project in this stack)"
    parted = parting(shown, index)
    if parted is not None:
        other, shared = parted
        here = _frame_outside(one, shared)
        there = _frame_outside(shown[other], shared)
        yield f"   same line as {other + 1}, reached another way:"
        yield f"     here   {_way(painter, here)}"
        yield f"     there  {_way(painter, there)}"
        if here is not None:
            notes[len(one.frames) - 1 - shared] = f"differs from {other + 1}"
    yield from _counts(painter, result, one)
    yield from painter.stack(one, notes, "   ")
    yield from native.stacks(painter, one.parts)


def _first_with(painter: Painter, shown: Sequence[LineGroup], own: Frame) -> int:
    """The first of the groups whose project frame this is."""
    frames = (project_frame(one.parts[0], painter.root) for one in shown)
    return next(index for index, frame in enumerate(frames) if frame == own)


def _counts(painter: Painter, result: Result, one: LineGroup) -> Iterator[str]:
    """What grew by how much, one entry a part, each with its series."""
    apart = len(one.parts) > 1
    if apart:
        yield f"   {blocks(one.blocks)}, {kib(one.bytes)} on this line, of these:"
    counts = [blocks(part.blocks) for part in one.parts]
    sizes = [kib(part.bytes) for part in one.parts]
    indent = "     " if apart else "   "
    for part, count, size in zip(one.parts, counts, sizes, strict=True):
        columns = f"{pad(count, max(map(len, counts)))}  {pad(size, max(map(len, sizes)))}"
        each = ""
        if part.blocks > 1 and part.bytes > 0 and part.bytes % part.blocks == 0:
            each = f"  ({part.bytes // part.blocks:,} B each)"
        found = painter.sources.statement(part.leaf)
        what = painter.expression(found) if apart or found.expression is None else ""
        what = (native.taker_of(painter, part) if apart else "") or what
        yield f"{indent}{painter.tint(columns, 'strong')}{'  ' if what else ''}{what}{each}"
        yield f"{indent}  {_series(painter, result, part)}"


def _series(painter: Painter, result: Result, part: Site) -> str:
    unicode = painter.style.unicode
    if part.grows:
        how = " exactly" if part.exact else ""
        follows = f"follows the runs{how}: {rate(part.rate, exact=part.exact)}"
    else:
        follows = "does not follow the runs by itself"
    if not part.series:
        return follows
    bars = sparkline(part.series, result.marks, unicode=unicode)
    return f"{bars}  {part.series[0]:,} {painter.arrow} {part.series[-1]:,}  {follows}"


def _frame_outside(one: LineGroup, shared: int) -> Frame | None:
    index = len(one.frames) - 1 - shared
    return one.frames[index] if index >= 0 else None


def _way(painter: Painter, frame: Frame | None) -> str:
    if frame is None:
        return "straight from the loop"
    text = painter.expression(painter.sources.statement(frame), 40)
    return f"{painter.where(frame)}{': ' if text else ''}{text}"


def _others(painter: Painter, others: Sequence[LineGroup]) -> Iterator[str]:
    total = blocks(sum(one.blocks for one in others))
    size = kib(sum(one.bytes for one in others))
    places = "1 other line" if len(others) == 1 else f"{len(others)} other lines"
    yield f"  {places} grew without following the runs: {total}, {size}"
    if painter.style.verbose:
        yield from _seen(painter, others, len(others))


def _seen(painter: Painter, groups: Sequence[LineGroup], most: int = _SEEN) -> Iterator[str]:
    """Growth in one line each, for verdicts that do not rest on it."""
    for one in groups[:most]:
        frame = project_frame(one.parts[0], painter.root) or one.leaf
        text = painter.line(painter.sources.text(frame) or "", 60)
        yield (
            f"  grew       {blocks(one.blocks)}, {kib(one.bytes)}  {painter.where(frame)}"
            f"{'  ' if text else ''}{text}"
        )
    if len(groups) > most:
        yield f"             and {len(groups) - most} more lines"
