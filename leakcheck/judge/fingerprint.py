# SPDX-License-Identifier: MIT
"""What makes two leaks one: the edge that holds what is kept, and the line that makes it.

A cause is that in words, without all that may differ between two sights of one leak: line
numbers, keys and places in sequences, parameters, counts, folders of one machine, the version of
Python. A fingerprint is its hash.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from leakcheck.judge.interpreter import known
from leakcheck.judge.leaking import leaking_sites
from leakcheck.judge.sites import installed_path, is_harness, relative
from leakcheck.judge.whose import TEST_FILE, file_of_module, is_written
from leakcheck.model import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leakcheck.model import Result

    Statement = Callable[[Frame], str]
    FileOf = Callable[[str], str]

PREFIX: Final = "LC-"
DIGITS: Final = 10
"""Hexadecimal digits of a fingerprint: among 1,000 causes two are the same once in two million."""

_KEY: Final = re.compile(
    r"""\[(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+|\.\.\.|True|False|None)\]"""
)
_LEFT_OUT: Final = re.compile(r" \.\.\. [\d,]+ more \.\.\. ")
_COUNTED: Final = re.compile(r"\((\.[^()]*)\)\*\d+")
_AGAIN: Final = re.compile(r"(\.[A-Za-z_]\w*)(?:\1)+(?!\w)")
_LONGER: Final = re.compile(r"(\([^()]*\)\*)(?: \.\.\. \1)+")  # A chain of which some is left out.
_THREAD: Final = re.compile(r" in thread [^.\[]*")
_DIGITS: Final = re.compile(r"\d+")
# Frames and scopes of their own up to 3.11 only.
_INLINED: Final = re.compile(r"<(?:list|dict|set)comp>")
_INLINED_SCOPE: Final = re.compile(
    r"\.<locals>\.<(?:list|dict|set)comp>|^<(?:list|dict|set)comp>\.<locals>\."
)
_DOTTED: Final = re.compile(r"(?:(?<=^)|(?<= ))[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_AFTER_NAME: Final = re.compile(r"\W")
_LAST: Final = re.compile(r"[^.]*$")
_LRU: Final = "functools.lru_cache of "


class _Holder(NamedTuple):
    """What keeps the objects.

    Attributes:
        edge: the way to it, normalised; empty where it is not known.
        module: that the way starts from; empty where it starts elsewhere.
        shared: it belongs to the program and not to the interpreter, so the tests that fill it
            are its witnesses.
        alone: it is the whole cause, whoever fills it.
    """

    edge: str = ""
    module: str = ""
    shared: bool = False
    alone: bool = False


class _Line(NamedTuple):
    """A line that makes what is kept; the smallest is the one nearest to the loop."""

    depth: int
    place: str
    line: int
    function: str
    statement: str


def identified(
    result: Result, root: Path, statement: Statement, file_of: FileOf = file_of_module
) -> Result:
    """A leaking result with its cause and fingerprint; another, or one that has them, as it is.

    Args:
        result: what was measured.
        root: the project's folder.
        statement: the statement of a frame in its normal form; empty where there is none.
        file_of: a module's source file by its name; empty where it has none.
    """
    if not result.verdict.leaks or result.cause:
        return result
    words = cause(result, root, statement, file_of)
    return dataclasses.replace(result, cause=words, fingerprint=fingerprint(words))


def fingerprint(words: str) -> str | None:
    """Such as "LC-1a2b3c4d5e"; None for an empty cause."""
    if not words:
        return None
    return PREFIX + hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:DIGITS]


def cause(
    result: Result, root: Path, statement: Statement, file_of: FileOf = file_of_module
) -> str:
    """The cause of a leak in words; empty where neither a holder nor a line is known."""
    entry = known(result)
    if entry is not None:
        return f"interpreter: {entry.name}"
    if result.probe:
        line = _line(_stacks(result, _Holder()), _Holder(), root, statement)
        return "" if line is None else f"{result.probe} opened in {_told(line)}"
    holder = _holder(result)
    parts = [f"held by {_by_file(holder.edge, root, file_of)}"] if holder.edge else []
    line = None if holder.alone else _line(_stacks(result, holder), holder, root, statement)
    if line is not None:
        parts.append(f"made in {_told(line)}")
    return ", ".join(parts)


def _told(line: _Line) -> str:
    """The line in words."""
    return f"{line.place}:{line.function}: {line.statement}".rstrip(": ")


def _by_file(words: str, root: Path, file_of: FileOf) -> str:
    """The words with a file in the place of its module, whose name depends on how it is imported.

    Such as "native code: app/points.py:Point" for "native code: app.points.Point".
    """
    found = next((one for one in _DOTTED.finditer(words) if not _is_standard(one[0])), None)
    if found is None:
        return words
    names = found[0].split(".")
    for length in range(len(names) - 1, 0, -1):
        file = file_of(".".join(names[:length]))
        if file:
            rest = ".".join(names[length:])
            path = f"{place(Frame(file, '', 1), root)}:{rest}"
            return words[: found.start()] + path + words[found.end() :]
    return words


def edge(path: str) -> str:
    """A holder's path without keys, places, counts and what only some versions write."""
    text = _KEY.sub("[*]", _LEFT_OUT.sub(" ... ", path))
    text = _COUNTED.sub(r"(\1)*", text)
    text = _LONGER.sub(r"\1", _AGAIN.sub(r"(\1)*", text))
    text = _THREAD.sub(lambda found: _DIGITS.sub("#", found[0]), text)
    return _INLINED_SCOPE.sub("", text)


def holders(result: Result) -> tuple[str, ...]:
    """All that grows by itself, in order, each by the name from which a program reaches it.

    That is the first name within a module; where the way begins elsewhere, the whole of it.
    """
    found = set()
    for one in result.containers:
        if one.path:
            held = _held(one.key or one.path, one.module)
            found.add(_within(held.edge, held.module))
    return tuple(sorted(found))


def _within(words: str, module: str) -> str:
    rest = words.removeprefix(f"{module}.") if module else words
    return words if rest == words else f"{module}.{_AFTER_NAME.split(rest)[0]}"


def _holder(result: Result) -> _Holder:
    """The cache that was found guilty, the container that grows, or who holds what stayed."""
    if result.cache:
        module = result.cache.removeprefix(_LRU)
        ours = result.cache.startswith(_LRU) and not _is_standard(module)
        return _Holder(result.cache, alone=ours)
    grown = next((one for one in result.containers if one.path), None)
    if grown is not None:
        return _held(grown.key or grown.path, grown.module)
    if result.counts:
        one = result.counts[0]
        return _Holder(f"native code: {one.path or one.type}, which was there already")
    native = next((one for one in result.survivors if one.native), None)
    if native is not None:
        return _Holder(f"native code: {native.type}")
    kept = next((one for one in result.survivors if one.path), None)
    return _Holder() if kept is None else _held(kept.path, kept.module)


def _held(path: str, module: str) -> _Holder:
    if module and _is_standard(module):
        # Which of its modules reaches it first depends on what is imported, and names inside it
        # on the version.
        return _Holder(f"the standard library's {_LAST.search(edge(path))[0]}", module)  # type: ignore[index]
    shared = path.startswith("fixture ") or module != ""
    return _Holder(edge(path), module, shared)


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _stacks(result: Result, holder: _Holder) -> list[list[Frame]]:
    """The stacks that make what is kept, or the line that takes the reference that is lost."""
    growing = [one for one in leaking_sites(result) if one.grows]
    chosen = [one for one in growing if one.exact] or growing
    if not chosen and not holder.edge:
        chosen = list(result.sites[:1])
    lost = [[one.frame] for one in result.counts[:1] if one.frame is not None]
    return lost or [_steady(one.frames) for one in chosen]


def _line(
    stacks: Sequence[list[Frame]], holder: _Holder, root: Path, statement: Statement
) -> _Line | None:
    """The line that makes what is kept, chosen so that each sight of a leak chooses the same.

    What a program's module holds is put there by the code of that module, else of its package,
    else of the program; a test that only calls it is no part of the cause. Of several lines the
    one nearest to the loop counts, which is nearest to where the whole is stored.
    """
    for wanted in _wishes(holder, root):
        found = [
            _Line(
                depth,
                place(frame, root),
                frame.line,
                _INLINED_SCOPE.sub("", frame.function),
                statement(frame),
            )
            for stack in stacks
            if (depth := _innermost(stack, wanted)) is not None
            for frame in (stack[depth],)
        ]
        if found:
            return min(found)
    return None


def _wishes(holder: _Holder, root: Path) -> list[Callable[[Frame], bool]]:
    """Which frames count, the best first."""
    files = _files_of(holder.module)
    package = holder.module.partition(".")[0]

    def of_module(frame: Frame) -> bool:
        return f"/{place(frame, root)}".endswith(files)

    def of_package(frame: Frame) -> bool:
        return of_program(frame) and f"/{package}/" in f"/{place(frame, root)}"

    def of_program(frame: Frame) -> bool:
        return is_written(frame, root) and not TEST_FILE.search(place(frame, root))

    def written(frame: Frame) -> bool:
        return is_written(frame, root)

    def not_harness(frame: Frame) -> bool:
        return bool(frame.file) and not is_harness(frame)

    if holder.shared:
        own = [of_module, of_package] if holder.module else []
        return [*own, of_program]
    return [of_program, written] if holder.edge else [of_program, written, not_harness]


def _files_of(module: str) -> tuple[str, ...]:
    path = "/" + module.replace(".", "/")
    return (f"{path}.py", f"{path}/__init__.py") if module else ()


def _steady(frames: Sequence[Frame]) -> list[Frame]:
    """The frames that every version of Python has."""
    kept = [one for one in frames if not _INLINED.search(one.function.rpartition(".")[2])]
    return kept or list(frames)


def _innermost(frames: Sequence[Frame], wanted: Callable[[Frame], bool]) -> int | None:
    return next((at for at in reversed(range(len(frames))) if wanted(frames[at])), None)


def place(frame: Frame, root: Path) -> str:
    """The frame's file from the project's folder, or from where packages are installed."""
    path = installed_path(frame) or relative(frame.file, root)
    if path is not None:
        return path
    name = Path(frame.file).name
    return _DIGITS.sub("#", name) if frame.file.startswith("<") else name
