# SPDX-License-Identifier: MIT
"""The lines of a report that say whose a leak is, which containers grow and on what it depends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakcheck.judge.hints import hint
from leakcheck.judge.whose import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.model import Container, Result, Survivor
    from leakcheck.report.places import Painter

_HELD: Final = 2
_HELD_BY: Final = "  held by    "
MOST: Final = 0.9
"""Part of the growth from which on it is all of it."""


def holding(painter: Painter, result: Result) -> Iterator[str]:
    """Whose it is, and which containers grow."""
    if result.whose is not None:
        yield f"  whose      {painter.line(in_words(result.whose))}"
        if result.whose.known:
            yield f"  known      {painter.line(result.whose.known, 400)}"
    if result.cache:
        yield f"  cache      {painter.line(result.cache)}"
    yield from _containers(painter, result)
    yield from _survivors(painter, result)


def what_to_do(painter: Painter, result: Result) -> Iterator[str]:
    """What is usually done about a holder of this kind, where one is known."""
    known = result.whose is not None and result.whose.known
    if not known and (said := hint(result)):
        yield f"  next       {painter.line(said, 400)}"


def _containers(painter: Painter, result: Result) -> Iterator[str]:
    """What grows, and the way to it."""
    for one in result.containers[:_HELD]:
        runs = f"{one.type}, {_growth(one)}{one.before:,} {painter.arrow} {one.after:,} entries"
        if not one.path:
            yield f"  grows      a {runs}; no path to it from a module was found"
        else:
            by_fixture = one.path.startswith("fixture ")
            yield from painter.path("  retained   by " if by_fixture else _HELD_BY, one.path, runs)
    if result.without_body:
        most = result.without_body >= MOST * result.rate
        some = "" if most else f", {result.without_body:.3g} a run"
        yield f"  fixtures   it grows without the test's body{some}: its fixtures keep it"
    if result.input_keyed:
        yield "  inputs     grows only while the random inputs are new; with the same ones in each run"
        yield "             it stands still: something is kept by their value"
    if result.fresh:
        yield f"  fresh      {painter.line(result.fresh, 400)}"


def _survivors(painter: Painter, result: Result) -> Iterator[str]:
    """What stayed behind, where native code holds it or no container that has a path."""
    for kept in result.survivors[:_HELD]:
        if kept.native:
            yield f"  native     {painter.line(_native(kept), 400)}"
        elif kept.path and not any(one.path for one in result.containers):
            runs = f"{kept.count:,} {painter.line(kept.type)} in {kept.runs:,} runs"
            yield f"{_HELD_BY}{painter.line(kept.path)}: {runs}"


def _growth(one: Container) -> str:
    """Such as "+1 a run, "."""
    return "" if one.rate is None else f"+{one.rate:.3g} a run, "


def _native(kept: Survivor) -> str:
    """What nothing that Python sees accounts for."""
    references = "1 reference" if kept.native == 1 else f"{kept.native} references"
    return (
        f"{references} to each of {kept.count:,} {kept.type} held by native code: "
        "missing Py_DECREF?"
    )
