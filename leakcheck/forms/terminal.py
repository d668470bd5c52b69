# SPDX-License-Identifier: MIT
"""A session for people: the report of each leak, what was not decided, and the counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakcheck.forms.words import sources_of
from leakcheck.gate.findings import findings
from leakcheck.model import Verdict
from leakcheck.report.terminal import PYTEST, Style, render
from leakcheck.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.explain.source import Sources
    from leakcheck.gate.findings import Finding
    from leakcheck.gate.session import Session

_ORDER: Final = tuple(Verdict)


def terminal(session: Session, style: Style | None = None) -> str:
    """The session as text, ending in a line feed."""
    style = style or Style()
    sources = sources_of(session)
    blocks = [leak(one, session, style, sources) for one in findings(session)]
    undecided = list(_undecided(session, style))
    if undecided:
        blocks.append("\n".join(undecided))
    blocks.append(counts(session))
    return "\n\n".join(blocks) + "\n"


def counts(session: Session) -> str:
    """The verdicts in one line."""
    found = Counter(one.result.verdict for one in session.tests if one.result is not None)
    without = sum(one.result is None for one in session.tests)
    parts = [f"{found[verdict]} {verdict}" for verdict in _ORDER if found[verdict]]
    parts += [f"{without} without a check"] if without else []
    where = f"leakcheck {session.leakcheck}, {session.implementation} {session.python}"
    return f"{where}: {', '.join(parts) or 'no test'}"


def leak(one: Finding, session: Session, style: Style, sources: Sources) -> str:
    """The report of one leak, without a line feed at its end."""
    first = one.tests[0]
    text = render(
        one.result,
        test=first.nodeid,
        root=Path(session.root),
        reproduce="",
        style=style,
        advice=PYTEST,
        sources=sources,
    )
    said = f"  standing   {one.standing}{': ' if one.note else ''}{_line(one.note, style)}"
    others = [f"             {_line(test.nodeid, style)}" for test in one.tests[1:]]
    if others:
        others[0] = others[0].replace("            ", "  also in   ", 1)
    return "\n".join([text, said, *others])


def _undecided(session: Session, style: Style) -> Iterator[str]:
    for one in session.tests:
        if one.result is not None and one.result.verdict in (
            Verdict.INCONCLUSIVE,
            Verdict.NOT_MEASURED,
        ):
            name = f"{one.result.verdict.upper()} {_line(one.nodeid, style)}"
            yield f"{name}: {_line(one.result.reason, style)}"


def _line(text: str, style: Style) -> str:
    return one_line(text, unicode=style.unicode)
