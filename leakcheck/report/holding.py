# SPDX-License-Identifier: MIT
"""The lines of a report that say whose a leak is, which containers grow and on what it depends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakcheck.judge.hints import hint
from leakcheck.judge.whose import in_words
from leakcheck.report.kept import HELD_BY, SHOWN, survivors
from leakcheck.report.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.model import Container, Result
    from leakcheck.report.places import Painter

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
    yield from survivors(painter, result)
    yield from opened(painter, result)
    for number, sentence in enumerate(result.unexplained):
        yield f"  {'' if number else 'cut off':9}  {painter.line(sentence, 400)}"


def what_to_do(painter: Painter, result: Result) -> Iterator[str]:
    """What is usually done about a holder of this kind, where one is known."""
    known = result.whose is not None and result.whose.known
    if not known and (said := hint(result)):
        yield f"  next       {painter.line(said, 400)}"


def _containers(painter: Painter, result: Result) -> Iterator[str]:
    """What grows, and the way to it."""
    for one in result.containers[:SHOWN]:
        runs = f"{one.type}, {_growth(one)}{one.before:,} {painter.arrow} {one.after:,} entries"
        if not one.path:
            yield f"  grows      a {runs}; no path to it from a module was found"
        else:
            by_fixture = one.path.startswith("fixture ")
            yield from painter.path("  retained   by " if by_fixture else HELD_BY, one.path, runs)
    if result.without_body:
        most = result.without_body >= MOST * result.rate
        some = "" if most else f", {result.without_body:.3g} a run"
        yield f"  fixtures   it grows without the test's body{some}: its fixtures keep it"
    if result.input_keyed:
        yield "  inputs     grows only while the random inputs are new; with the same ones in each run"
        yield "             it stands still: something is kept by their value"
    if result.fresh:
        yield f"  fresh      {painter.line(result.fresh, 400)}"


def _growth(one: Container) -> str:
    """Such as "+1 a run, "."""
    return "" if one.rate is None else f"+{one.rate:.3g} a run, "
