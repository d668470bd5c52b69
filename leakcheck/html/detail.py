# SPDX-License-Identifier: MIT
"""What the page says of one leak, ready for its template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakcheck.forms import words
from leakcheck.gate.excerpts import AROUND
from leakcheck.html.holder import holders
from leakcheck.html.plot import drawn_apart, growing, plot
from leakcheck.html.tree import rows
from leakcheck.judge.sites import Fold, fold, is_harness, project_frame
from leakcheck.report import closing
from leakcheck.report.holding import holding, what_to_do
from leakcheck.report.native import in_words
from leakcheck.report.places import Painter, Style
from leakcheck.report.text import blocks, kib, rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leakcheck.explain.source import Sources
    from leakcheck.gate.findings import Finding
    from leakcheck.gate.session import Session
    from leakcheck.html.holder import Holder
    from leakcheck.html.plot import Plot
    from leakcheck.html.tree import Row
    from leakcheck.judge.sites import LineGroup
    from leakcheck.model import Frame, Result, Site

SHOWN: Final = 6
"""Lines of code told one by one."""
OWNERS: Final = 4
"""Packages named of frames that are left out."""
_FACT: Final = re.compile(r"  (?P<name>(?:[^ ]| (?! ))*)  +(?P<text>.*)")
_MARKS: Final = re.compile(r"[ ^]*")


@dataclass(frozen=True, slots=True)
class Fact:
    """A word and what is said under it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of an excerpt.

    Attributes:
        number: in its file.
        before, marked, after: its text; the expression that allocates in the middle.
        hit: it is of the statement that is pointed at.
    """

    number: int
    before: str
    marked: str
    after: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A place in the code and what stands there."""

    where: str
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code whose blocks grow.

    Attributes:
        curve: number of its curve in the plot, from 1; 0 where it has none.
        own: the project's line; None where its stack has none.
        leaf: the line that allocates; None where that is the same.
        blocks, bytes: such as "+10,000 blocks".
        follows: how it follows the runs.
        way: the calls that lead there, outermost first.
        native: the native calls that took the memory, outermost first.
        parts: the expressions of the line, each with its counts, where there are several.
    """

    curve: int
    own: Shown | None
    leaf: Shown | None
    blocks: str
    bytes: str
    follows: str
    way: tuple[str, ...]
    native: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """One leak.

    Attributes:
        key: its fingerprint, or what it is known by.
        verdict, rate, runs: such as "LEAK", "+2 blocks/run, exact in 25 of 25 readings".
        standing: the standing, in a word, and `note`: what is said of it.
        tests: ids, the first one's results are shown.
        facts: what the terminal says too, in its order.
        holders: ways to what grows.
        plot: None where no counts are known.
        lines: the code that grows, and `more`: how many lines are not shown.
        tree: the stacks as rows of a list.
    """

    key: str
    verdict: str
    rate: str
    runs: str
    standing: str
    note: str
    tests: tuple[str, ...]
    facts: tuple[Fact, ...]
    holders: tuple[Holder, ...]
    plot: Plot | None
    lines: tuple[Line, ...]
    more: int
    tree: tuple[Row, ...]


def detail(one: Finding, session: Session, sources: Sources) -> Detail:
    """All that is told of a leak.

    Args:
        one: the leak.
        session: it is of.
        sources: the session's.
    """
    result = one.result
    painter = Painter(Path(session.root), Style(), sources)
    every = sorted(growing(result), key=painter.is_foreign)
    curves = len(drawn_apart(result, every))
    drawn = holders(result)
    # What is drawn is not told once more.
    told = tuple(f"{painter.line(one.path)}: " for one in drawn)
    exact = f", exact in each of {len(result.marks)} readings" if result.exact else ""
    return Detail(
        key=one.key,
        verdict=result.verdict.upper(),
        rate=f"+{words.rate(result)}{exact}" if result.rate >= 0 else words.rate(result),
        runs=f"{result.judged:,} runs",
        standing=str(one.standing),
        note=one.note,
        tests=tuple(test.nodeid for test in one.tests),
        facts=tuple(
            fact
            for fact in facts(_said(painter, result))
            if not fact.text.removeprefix("by ").startswith(told)
        ),
        holders=drawn,
        plot=plot(result, every),
        lines=tuple(
            _line(group, painter, session, at if at <= curves else 0)
            for at, group in enumerate(every[:SHOWN], 1)
        ),
        more=max(0, len(every) - SHOWN),
        tree=rows(result),
    )


def facts(lines: Iterable[str]) -> Iterator[Fact]:
    """The closing and opening lines of a report in pairs; what goes on is one fact."""
    name, text = "", ""
    for line in lines:
        if _MARKS.fullmatch(line):
            continue  # carets under a path, which is drawn
        found = _FACT.fullmatch(line)
        if found is not None and found["name"]:
            if name:
                yield Fact(name, text)
            name, text = found["name"], found["text"]
        else:
            text = f"{text} {line.strip()}"
    if name:
        yield Fact(name, text)


def _said(painter: Painter, result: Result) -> Iterator[str]:
    yield from what_to_do(painter, result)
    yield from holding(painter, result)
    if result.first_in:
        yield f"  same leak  as in {painter.line(result.first_in)}"
    yield from closing.certificate(painter, result)
    yield from closing.dropped(result)


def _line(group: LineGroup, painter: Painter, session: Session, curve: int) -> Line:
    own = project_frame(group.parts[0], painter.root)
    leaf = group.leaf
    apart = len(group.parts) > 1
    return Line(
        curve=curve,
        own=None if own is None else _shown(own, painter, session),
        leaf=None if leaf == own else _shown(leaf, painter, session),
        blocks=blocks(group.blocks),
        bytes=kib(group.bytes),
        follows="" if apart else _follows(group.parts[0]),
        way=tuple(_way(group, painter)),
        native=tuple(painter.line(in_words(one)) for one in group.parts[0].native_frames),
        parts=tuple(_part(part, painter) for part in group.parts) if apart else (),
    )


def _way(group: LineGroup, painter: Painter) -> Iterator[str]:
    if group.parts[0].truncated:
        yield "... (the stack was deeper)"
    frames = [frame for frame in group.frames[:-1] if not is_harness(frame)]
    for item in fold([*frames, group.leaf], painter.root)[:-1]:
        if isinstance(item, Fold):
            yield f"{item.count:,} frame{'' if item.count == 1 else 's'} of {', '.join(item.owners[:OWNERS])}"
        else:
            yield painter.where(item)


def _part(part: Site, painter: Painter) -> str:
    what = painter.expression(painter.sources.statement(part.leaf))
    return f"{blocks(part.blocks)}, {kib(part.bytes)}: {what or 'an expression'}, {_follows(part)}"


def _follows(part: Site) -> str:
    if not part.grows:
        return "does not follow the runs by itself"
    how = " exactly" if part.exact else ""
    return f"follows the runs{how}: {rate(part.rate, exact=part.exact)}"


def _shown(frame: Frame, painter: Painter, session: Session) -> Shown:
    around = AROUND if words.is_ours(frame) else 0
    marked = painter.sources.marked(frame)
    last = max(frame.line, frame.end_line or 0)
    kept = session.sources.get(frame.file, {})
    found = {at: text for at, text in painter.sources.lines(frame, around).items() if at in kept}
    written = [at for at, text in found.items() if text.strip()]
    lines = [
        _source_line(at, text, marked.get(at), hit=frame.line <= at <= last)
        for at, text in found.items()
        if written and written[0] <= at <= written[-1]
    ]
    return Shown(painter.where(frame), tuple(lines))


def _source_line(
    number: int, text: str, marked: tuple[int, int] | None, *, hit: bool
) -> SourceLine:
    start, end = marked or (len(text), len(text))
    return SourceLine(number, text[:start], text[start:end], text[end:], hit)
