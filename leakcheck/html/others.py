# SPDX-License-Identifier: MIT
"""What the page says of tests that do not leak, ready for its template."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakcheck.html.plot import growing, plot
from leakcheck.judge.sites import project_frame
from leakcheck.model import Verdict
from leakcheck.report.places import Painter, Style
from leakcheck.report.text import blocks, kib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.explain.source import Sources
    from leakcheck.gate.session import Session, Tested
    from leakcheck.html.plot import Plot
    from leakcheck.model import Result

SEEN: Final = 3
"""Lines that are told of what grew."""
DRAWN: Final = 100
"""Tests whose counts are drawn."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """A test without a verdict.

    Attributes:
        nodeid: its id.
        verdict: in capitals.
        why: for people.
        grew: the lines that grew most, a sentence each.
        plot: its counts; None where there are none to draw.
    """

    nodeid: str
    verdict: str
    why: str
    grew: tuple[str, ...]
    plot: Plot | None


def undecided(session: Session, sources: Sources) -> list[Undecided]:
    """The tests that are INCONCLUSIVE or NOT MEASURED, in the order of the run."""
    painter = Painter(Path(session.root), Style(), sources)
    found: list[Undecided] = []
    for one in with_verdict(session, Verdict.INCONCLUSIVE, Verdict.NOT_MEASURED):
        result = one.result
        assert result is not None  # or it would have no verdict
        drawn = plot(result, growing(result)) if len(found) < DRAWN else None
        grew = tuple(_grew(result, painter))
        verdict = result.verdict.upper()
        found.append(Undecided(one.nodeid, verdict, result.reason, grew, drawn))
    return found


def with_verdict(session: Session, *verdicts: Verdict) -> list[Tested]:
    """The tests with one of these verdicts, in the order of the run."""
    return [
        one for one in session.tests if one.result is not None and one.result.verdict in verdicts
    ]


def _grew(result: Result, painter: Painter) -> Iterator[str]:
    for one in growing(result)[:SEEN]:
        frame = project_frame(one.parts[0], painter.root) or one.leaf
        text = painter.line(painter.sources.text(frame) or "", 60)
        place = f"{painter.where(frame)}{': ' if text else ''}{text}"
        yield f"{blocks(one.blocks)}, {kib(one.bytes)} at {place}"
