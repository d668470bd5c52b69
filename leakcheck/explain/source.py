# SPDX-License-Identifier: MIT
"""The statement behind a frame, read from the file itself.

Reads without linecache: filling it would make the program under test grow.
"""

from __future__ import annotations

import ast
import functools
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakcheck.explain.normal import normal
from leakcheck.explain.syntax import assigns_to, defines, enclosing, head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leakcheck.model import Frame

MAX_CHARS: Final = 2_000_000
"""Longer files are not read."""
MAX_LINES: Final = 8
"""Longer statements are shown with their middle left out."""
MAX_LINE: Final = 100_000
"""A line longer than this is taken for data, not source."""

_MAX_EXPRESSION: Final = 2_000


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of a statement as it stands in the file, less the common indent.

    Attributes:
        text: the line, without its newline; as untrusted as the file.
        start, end: the characters of the expression; equal when none are on this line.
    """

    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """What could be found out about a frame's source.

    Attributes:
        lines: the statement (of a compound one, its head); a None stands for lines left
            out; empty when there is no text, then `missing` says why.
        expression: the running expression in one line, " = ..." behind it when it is being
            assigned to; None when its extent is unknown.
        missing: why there is no text, as the end of a sentence; empty otherwise.
    """

    lines: tuple[SourceLine | None, ...] = ()
    expression: str | None = None
    missing: str = ""

    @property
    def text(self) -> str | None:
        """The statement in one line, or None."""
        return _join([line.text if line else "..." for line in self.lines]) or None


@dataclass(frozen=True, slots=True)
class _File:
    lines: tuple[str, ...]
    tree: ast.Module | None


class Sources:
    """Looks up statements and keeps each file it read until it is dropped itself.

    Args:
        saved: file -> line -> text: files that are not read, because their lines are given.
        closed: no other file is read either.
    """

    def __init__(
        self, saved: Mapping[str, Mapping[int, str]] | None = None, *, closed: bool = False
    ) -> None:
        self._closed = closed
        self._files: dict[str, _File | str] = {
            file: _sparse(lines) for file, lines in (saved or {}).items() if lines
        }

    def lines(self, frame: Frame, around: int) -> dict[int, str]:
        """The lines of the frame's expression with `around` more on each side; as in the file."""
        if self.statement(frame).missing:
            return {}
        file = self._files[frame.file]
        assert isinstance(file, _File)  # or the statement would be missing
        last = max(frame.line, frame.end_line or frame.line)
        first, final = max(1, frame.line - around), min(len(file.lines), last + around)
        return {at: file.lines[at - 1] for at in range(first, final + 1)}

    def text(self, frame: Frame) -> str | None:
        """The statement of `frame` in one line, or None."""
        return self.statement(frame).text

    def statement(self, frame: Frame) -> Statement:
        """The statement of `frame`. Never raises: what can't be shown says why."""
        found = self._file(frame)
        return Statement(missing=found) if isinstance(found, str) else _statement(found, frame)

    def marked(self, frame: Frame) -> dict[int, tuple[int, int]]:
        """Line -> characters of the frame's expression there, start and end; as in the file."""
        file = self._file(frame)
        if isinstance(file, str) or self.statement(frame).missing:
            return {}
        return _mark(file, frame, _last(file, frame)) or {}

    def normal(self, frame: Frame) -> str:
        """The whole statement in its normal form, for comparison; empty where there is none."""
        found = self._file(frame)
        if isinstance(found, str) or self.statement(frame).missing:
            return ""
        around = enclosing(found.tree, frame.line) if found.tree is not None else None
        first, final = (frame.line, frame.line) if around is None else head(around)
        return normal("\n".join(found.lines[first - 1 : final]))

    def _file(self, frame: Frame) -> _File | str:
        """The frame's file, or why it says nothing."""
        if not frame.file:
            return "no Python code was running"
        if frame.file.startswith("<"):
            return "generated code, no source file"
        found = self._files.get(frame.file)
        if found is None and self._closed:
            return "its source was not kept"
        if found is None:
            found = self._files[frame.file] = _load(frame.file)
        return found if isinstance(found, str) or frame.line > 0 else "line unknown"


def _join(lines: list[str]) -> str:
    """Lines as one, without the spaces inside brackets that only the line breaks asked for."""
    words = ""
    for line in lines:
        part = line.strip()
        tight = words.endswith(("(", "[", "{")) or part.startswith((")", "]", "}"))
        words += part if tight or not words or not part else " " + part
    return words


def _sparse(lines: Mapping[int, str]) -> _File:
    """A file of which only some lines are known."""
    return _File(tuple(lines.get(at, "") for at in range(1, max(lines) + 1)), None)


def _load(path: str) -> _File | str:
    """The file's lines and tree, or the reason why there are none."""
    try:
        if not Path(path).is_file():  # a pipe would block, a device not end
            return "not a file" if Path(path).exists() else "source file not found"
        with tokenize.open(path) as stream:
            text = stream.read(MAX_CHARS + 1)
    except OSError as error:
        return f"source file not readable ({error.strerror or type(error).__name__})"
    except (SyntaxError, UnicodeError, ValueError, LookupError):
        return "the file is not Python text"
    if len(text) > MAX_CHARS:
        return f"source file longer than {MAX_CHARS:,} characters"
    return _split(text)


@functools.lru_cache(maxsize=16)  # A leak that many tests share is in the same few files.
def _split(text: str) -> _File | str:
    if "\0" in text:
        return "the file is not Python text"
    # Not splitlines(): it also breaks at form feeds and the like, which Python does not.
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return _File(tuple(lines), _parse(text))


def _parse(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _statement(file: _File, frame: Frame) -> Statement:
    changed = Statement(missing="the file has changed since it was imported")
    if frame.line > len(file.lines):
        return changed
    if file.tree is not None and not defines(file.tree, frame):
        return changed
    last = _last(file, frame)
    first, final, assigned = _extent(file, frame)
    if any(len(file.lines[at - 1]) > MAX_LINE for at in range(first, final + 1)):
        return Statement(missing=f"line longer than {MAX_LINE:,} characters")
    marked = _mark(file, frame, last)
    if marked is None:
        return changed
    shown = _choose(first, final, frame.line, last)
    indent = _indent([file.lines[at - 1] for at in shown if at is not None])
    lines = tuple(None if at is None else _cut_indent(file, at, marked, indent) for at in shown)
    words = _join([file.lines[at - 1][a:b] for at, (a, b) in marked.items()])
    expression = words[:_MAX_EXPRESSION] + (" = ..." if assigned else "") if words else None
    return Statement(lines=lines, expression=expression)


def _last(file: _File, frame: Frame) -> int:
    """The last line of the frame's expression, as far as it can be right."""
    last = frame.end_line if frame.end_line is not None else frame.line
    return last if frame.line <= last <= len(file.lines) else frame.line


def _extent(file: _File, frame: Frame) -> tuple[int, int, bool]:
    """First and last line of the statement, and whether the frame's expression is assigned to."""
    last = _last(file, frame)
    first, final, assigned = frame.line, last, False
    around = enclosing(file.tree, frame.line) if file.tree is not None else None
    if around is not None:
        first, final = min(head(around)[0], first), max(head(around)[1], final)
        assigned = assigns_to(around, frame)
    final = min(final, len(file.lines))
    while final > max(last, first) and _is_blank(file.lines[final - 1]):
        final -= 1  # between a head and its body
    return first, final, assigned


def _is_blank(text: str) -> bool:
    return not text.strip() or text.lstrip().startswith("#")


def _mark(file: _File, frame: Frame, last: int) -> dict[int, tuple[int, int]] | None:
    """Line -> characters of the frame's expression; None when they can't be in this file."""
    if frame.column is None or frame.end_column is None:
        return {}
    marked: dict[int, tuple[int, int]] = {}
    for at in range(frame.line, last + 1):
        text = file.lines[at - 1]
        if len(text) > MAX_LINE:
            return {}
        start = _characters(text, frame.column) if at == frame.line else _indent([text])
        end = _characters(text, frame.end_column) if at == last else len(text.rstrip())
        if start is None or end is None:
            return None
        if start < end:
            marked[at] = (start, end)
    return marked


def _characters(text: str, column: int) -> int | None:
    """A byte offset in the line's UTF-8 as a character offset; None when out of the line."""
    raw = text.encode("utf-8", "surrogatepass")
    if not 0 <= column <= len(raw):
        return None
    return len(raw[:column].decode("utf-8", "ignore"))


def _choose(first: int, final: int, line: int, last: int) -> list[int | None]:
    """The lines to show: all, or the first and those around the expression."""
    if final - first < MAX_LINES:
        return list(range(first, final + 1))
    stop = min(last, line + MAX_LINES - 3)
    shown: list[int | None] = [first] if line > first else []
    if line > first + 1:
        shown.append(None)
    shown.extend(range(line, stop + 1))
    if stop < final:
        shown.append(None)
    return shown


def _indent(lines: list[str]) -> int:
    """The number of blank characters that all lines with text begin with."""
    return min((len(one) - len(one.lstrip(" \t\f")) for one in lines if one.strip()), default=0)


def _cut_indent(
    file: _File, at: int, marked: dict[int, tuple[int, int]], indent: int
) -> SourceLine:
    start, end = marked.get(at, (indent, indent))
    text = file.lines[at - 1].rstrip()
    return SourceLine(text[indent:], max(start - indent, 0), max(end - indent, 0))
