# SPDX-License-Identifier: MIT
"""Doctests: what a repeated run needs, and where in the file a line of an example is.

pytest's `DoctestItem.dtest` and its names are known here only, as is what the doctest module of
the standard library leaves: it empties the names of a doctest after its run, and compiles each
example again in each run, under a file name of its own.
"""

from __future__ import annotations

import contextlib
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from leakcheck.pytest_plugin._private import Cycle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.model import Frame, Result

Repeatable = pytest.Function | pytest.DoctestItem
"""What can be set up, run and torn down again."""

_EXAMPLE: Final = re.compile(r"<doctest (?P<name>.*)\[(?P<number>\d+)\]>")
_PROMPT: Final = len(">>> ")
_SHOWN: Final = 60


def fresh_names(item: pytest.Item) -> dict[str, Any]:
    """The names a doctest starts with; to be asked before it is set up. Empty for other items."""
    if not isinstance(item, pytest.DoctestItem):
        return {}
    test = getattr(item, "dtest", None)
    return dict(getattr(test, "globs", ()))


class DoctestCycle(Cycle):
    """As for functions, with the names that the doctest had before its own run.

    Args:
        item: a doctest.
        fresh: what `fresh_names` said.
    """

    def __init__(self, item: pytest.DoctestItem, fresh: dict[str, Any]) -> None:
        super().__init__(item, keep_instance=True)
        self._names: dict[str, Any] = item.dtest.globs
        self._fresh = fresh

    def up(self) -> None:
        """Set it up with fresh fixtures and names; pytest adds what fixtures give it."""
        self._names.clear()
        self._names.update(self._fresh)
        super().up()

    def down(self) -> None:
        """Tear it down; the names go too, also those of an example that failed."""
        try:
            super().down()
        finally:
            self._names.clear()

    def rest(self) -> None:
        """Leave no names, as its own run left none."""
        self._names.clear()


@contextlib.contextmanager
def compiled_once(item: Repeatable) -> Iterator[None]:
    """Let the examples of a doctest be compiled in the first repeated run only.

    A new code object in each run would make each allocating line a new one, and CPython 3.12 keeps
    the constants of all code that was ever compiled.
    """
    module: Any = sys.modules.get("doctest")
    if not isinstance(item, pytest.DoctestItem) or module is None or hasattr(module, "compile"):
        yield
        return
    known: dict[Any, Any] = {}

    def compile_once(source: str, file: str, *how: Any) -> Any:
        key = (source, file, how)
        code = known.get(key)
        if code is None:
            code = known[key] = compile(source, file, *how)
        return code

    module.compile = compile_once
    try:
        yield
    finally:
        del module.compile


def finding_options(item: pytest.Item) -> tuple[str, ...]:
    """What pytest has to be told to find a doctest; nothing for other items."""
    if not isinstance(item, pytest.DoctestItem):
        return ()
    if item.path.suffix == ".py":
        return ("--doctest-modules",)
    return (f"--doctest-glob={item.path.name}",)


def failed_example(error: BaseException) -> str:
    """The first example that failed, in words; empty when the error is none of doctest's."""
    failures: Any = getattr(error, "failures", None) or [error]  # pytest collects several
    first = failures[0]
    test, example = getattr(first, "test", None), getattr(first, "example", None)
    if test is None or example is None:
        return ""
    line = "an example" if test.lineno is None else f"line {test.lineno + example.lineno + 1}"
    raised = getattr(first, "exc_info", None)
    if raised is not None:
        return f"{line}: {type(raised[1]).__name__}: {_short(str(raised[1]))}"
    return f"{line}: expected {_short(example.want)}, got {_short(first.got)}"


def _short(text: str) -> str:
    words = " ".join(text.split()) or "nothing"
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}..."


def in_its_file(result: Result, item: Repeatable) -> Result:
    """The result with the lines of a doctest's examples as lines of the file they stand in."""
    if not isinstance(item, pytest.DoctestItem):
        return result
    test: Any = item.dtest
    file = test.filename or str(item.path)

    def moved(frame: Frame) -> Frame:
        found = _EXAMPLE.fullmatch(frame.file)
        if found is None or found["name"] != test.name or test.lineno is None:
            return frame
        example = test.examples[int(found["number"])]
        above = test.lineno + example.lineno
        right = example.indent + _PROMPT
        return replace(
            frame,
            file=file,
            # As a name that no def of the file can have.
            function="<doctest>" if frame.function == "<module>" else f"<doctest {frame.function}>",
            line=frame.line and above + frame.line,
            end_line=frame.end_line and above + frame.end_line,
            column=None if frame.column is None else right + frame.column,
            end_column=None if frame.end_column is None else right + frame.end_column,
        )

    return replace(
        result,
        sites=tuple(
            replace(site, frames=tuple(moved(frame) for frame in site.frames))
            for site in result.sites
        ),
        containers=tuple(
            replace(one, frame=moved(one.frame)) if one.frame is not None else one
            for one in result.containers
        ),
        opened=tuple(
            replace(one, frames=tuple(moved(frame) for frame in one.frames))
            for one in result.opened
        ),
        counts=tuple(
            replace(one, frame=moved(one.frame)) if one.frame is not None else one
            for one in result.counts
        ),
    )
