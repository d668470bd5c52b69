# SPDX-License-Identifier: MIT
"""The lines of a report that say what was opened outside of the Python heap, and where."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from leakcheck.judge.sites import is_project
from leakcheck.report.text import rate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.model import Frame, Opened, Result
    from leakcheck.report.places import Painter

CALLERS: Final = 3


def opened(painter: Painter, result: Result) -> Iterator[str]:
    """What stayed of what each line opened."""
    for one in result.opened:
        yield f"  opened     {painter.line(_growth(one, result), 400)}"
        if one.frame is None:
            yield "             no line of the thread that runs the test opened it"
            continue
        yield f"             at {_line(painter, one.frame)}"
        for caller in _callers(painter, one):
            yield f"             from {_line(painter, caller)}"


def _callers(painter: Painter, one: Opened) -> Iterator[Frame]:
    """How the line was reached, the nearest first: a few, and the project's nearest among them."""
    callers = one.frames[-2::-1]
    yield from callers[:CALLERS]
    if not any(is_project(each, painter.root) for each in one.frames[-1 - CALLERS :]):
        own = (each for each in callers[CALLERS:] if is_project(each, painter.root))
        yield from itertools.islice(own, 1)


def _growth(one: Opened, result: Result) -> str:
    """Such as "+1 descriptor/run, 16 in 16 runs, such as /srv/data"."""
    units = next(
        ((each.unit, each.units) for each in result.probes if each.name == one.probe),
        (one.probe, one.probe),
    )
    whole = one.runs > 0 and one.count % one.runs == 0
    growth = rate(one.count / one.runs if one.runs else 0.0, exact=whole, units=units)
    some = f", such as {', '.join(one.what)}" if one.what else ""
    return f"{growth}, {one.count:,} in {one.runs:,} runs{some}"


def _line(painter: Painter, frame: Frame) -> str:
    text = painter.line(painter.sources.text(frame) or "", 100)
    return f"{painter.where(frame)}{': ' if text else ''}{text}"
