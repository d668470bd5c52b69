# SPDX-License-Identifier: MIT
"""Frames as text: where they are, what stands there, and folded stacks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from leakcheck.judge.sites import NO_STACK, Fold, fold, installed_path, project_frame, relative
from leakcheck.report.edges import growing_edge
from leakcheck.report.text import columns, cut, one_line, pad, safe, underlined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from leakcheck.explain.source import Sources, Statement
    from leakcheck.judge.sites import LineGroup
    from leakcheck.model import Frame

SOURCE_WIDTH: Final = 200
"""Columns of a source line."""

_INLINE_WIDTH: Final = 72
_PLACE_WIDTH: Final = 48
_OWNERS: Final = 4
_ROWS: Final = 40


@dataclass(frozen=True, slots=True)
class Style:
    """How to paint.

    Attributes:
        color: ANSI colours.
        unicode: characters beyond ASCII; without, they are escaped.
        verbose: whole paths, every frame, sites that do not follow the runs.
    """

    color: bool = False
    unicode: bool = True
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """How the reader says things where this report is read.

    Attributes:
        max_time: sets the seconds a check may take; `{}` stands for the number.
        iterations: sets the runs, likewise.
        rate: the name of the smallest leak looked for.
        accept: how to accept a leak; empty where there is no such thing.
    """

    max_time: str
    iterations: str
    rate: str
    accept: str = ""


PYTEST: Final = Advice(
    max_time="--leakcheck-max-time={}",
    iterations="--leakcheck-iterations={}",
    rate="--leakcheck-rate",
    accept='@pytest.mark.no_leakcheck(reason="...")',
)
COMMAND: Final = Advice("--max-time {}", "--iterations {}", "--rate")
CALL: Final = Advice("max_time={}", "iterations={}", "rate=")


_CODES: Final[Mapping[str, str]] = {
    "bad": "31;1",
    "good": "32;1",
    "unsure": "33;1",
    "strong": "1",
    "mark": "31",
    "faint": "2",
}


@dataclass(frozen=True, slots=True)
class Painter:
    """Everything that painting a frame needs: root, style and the sources read so far."""

    root: Path
    style: Style
    sources: Sources

    def tint(self, text: str, name: str) -> str:
        """The text in a colour, when colours are wanted."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.style.color and text else text

    @property
    def arrow(self) -> str:
        """From one number to the next."""
        return "→" if self.style.unicode else "->"

    def safe(self, text: str) -> str:
        """Untrusted text, escaped."""
        return safe(text, unicode=self.style.unicode)

    def line(self, text: str, width: int = SOURCE_WIDTH) -> str:
        """Untrusted text, escaped, in one line of at most `width` columns."""
        return cut(one_line(text, unicode=self.style.unicode), width, unicode=self.style.unicode)

    def is_foreign(self, group: LineGroup) -> bool:
        """No frame of the group's stack is the project's."""
        return project_frame(group.parts[0], self.root) is None

    def where(self, frame: Frame) -> str:
        """`path:line in function`; the path from root, or from where packages are installed."""
        if not frame.file:
            return NO_STACK
        path = frame.file
        inside = relative(frame.file, self.root)
        installed = None if self.style.verbose else installed_path(frame)
        if installed is not None:
            path = installed
        elif inside is not None:
            path = inside
        line = f":{frame.line}" if frame.line > 0 else ""
        return f"{self.safe(path)}{line} in {self.safe(frame.function) or '?'}"

    def statement(self, frame: Frame, indent: str) -> Iterator[str]:
        """The lines of the frame's statement, carets where the expression begins."""
        found = self.sources.statement(frame)
        marked = False
        if found.missing:
            yield f"{indent}{self.tint(f'({self.safe(found.missing)})', 'faint')}"
        for line in found.lines:
            if line is None:
                yield f"{indent}..."
                continue
            text, carets = underlined(
                line.text, line.start, line.end, SOURCE_WIDTH, unicode=self.style.unicode
            )
            yield (indent + text).rstrip()
            if carets and not marked:
                marked = True
                head = carets.lstrip(" ")
                yield indent + " " * (len(carets) - len(head)) + self.tint(head, "mark")

    def path(self, head: str, path: str, tail: str) -> Iterator[str]:
        """The way to a container that grows, carets under the step into it."""
        start, end = growing_edge(path)
        text, carets = underlined(path, start, end, SOURCE_WIDTH, unicode=self.style.unicode)
        yield f"{head}{text}: {tail}"
        marks = carets.lstrip(" ")
        if marks:
            yield " " * (len(head) + len(carets) - len(marks)) + self.tint(marks, "mark")

    def expression(self, found: Statement, width: int = _INLINE_WIDTH) -> str:
        """The expression in one line, the whole statement where its extent is unknown."""
        return self.line(found.expression or found.text or "", width)

    def stack(self, group: LineGroup, notes: Mapping[int, str], indent: str) -> Iterator[str]:
        """The folded stack, outermost first; `notes` go behind the frames of these indices."""
        frames = group.frames
        if len(frames) == 1 and not group.parts[0].truncated:
            return
        yield f"{indent}traceback, outermost call first"
        indent += "  "
        if group.parts[0].truncated:
            yield indent + self.tint("... outer frames cut off: the stack was deeper", "faint")
        rows = self._rows(frames, notes)
        if len(rows) > _ROWS and not self.style.verbose:
            hidden = len(rows) - _ROWS
            rows[_ROWS // 4 : _ROWS // 4 + hidden] = [_Row(f"... {hidden} more rows")]
        width = min(_PLACE_WIDTH, max((columns(row.head) for row in rows if row.text), default=0))
        for row in rows:
            if row.folded:
                yield indent + self.tint(row.head, "faint")
                continue
            behind = f"{pad(row.head, width)}  {row.text}" if row.text else row.head
            note = f"  {self.tint('<- ' + row.note, 'mark')}" if row.note else ""
            yield indent + behind + note

    def _rows(self, frames: Sequence[Frame], notes: Mapping[int, str]) -> list[_Row]:
        """One row a shown frame; a frame that calls itself stands once."""
        rows: list[_Row] = []
        index = 0
        previous: Frame | None = None
        keep = range(len(frames)) if self.style.verbose else notes
        for item in fold(frames, self.root, keep=keep):
            if isinstance(item, Fold):
                rows.append(_Row(self._folded(item)))
                index, previous = index + item.count, None
                continue
            note = notes.get(index, "")
            if item == previous and not note:
                rows[-1] = replace(rows[-1], times=rows[-1].times + 1)
            else:
                text = self.line(self.sources.text(item) or "", _INLINE_WIDTH)
                rows.append(_Row(self.where(item), text, note, times=1))
            previous = item
            index += 1
        return rows

    def _folded(self, item: Fold) -> str:
        names = [self.safe(name) for name in item.owners[:_OWNERS]]
        more = len(item.owners) - len(names)
        listed = ", ".join(names) + (f" and {more} more" if more else "")
        return f"... {item.count:,} frame{'' if item.count == 1 else 's'} of {listed}"


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a stack; times 0: it stands for frames left out."""

    place: str
    text: str = ""
    note: str = ""
    times: int = 0

    @property
    def folded(self) -> bool:
        return self.times == 0

    @property
    def head(self) -> str:
        return f"{self.place} ({self.times:,} times)" if self.times > 1 else self.place
