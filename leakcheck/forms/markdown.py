# SPDX-License-Identifier: MIT
"""A summary in Markdown, as for a job's summary on GitHub: whole sections up to a size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakcheck.forms.terminal import counts, leak
from leakcheck.forms.words import held, rate, sources_of, standing, statement, tests, where
from leakcheck.gate.outcome import gate, sentences
from leakcheck.model import Verdict
from leakcheck.report.terminal import Style
from leakcheck.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leakcheck.explain.source import Sources
    from leakcheck.gate.findings import Finding
    from leakcheck.gate.outcome import Gate
    from leakcheck.gate.session import Session

MOST_BYTES: Final = 900 * 1024
"""GitHub refuses a summary of over 1,024 KiB as a whole."""
_ROWS: Final = 200
_WIDTH: Final = 200
_SPELLED: Final = frozenset(" /.,-=+")


def markdown(session: Session, prefix: str = "", most: int = MOST_BYTES) -> str:
    """The summary; a section that does not fit is left out, and it is said how many were."""
    found = gate(session)
    sections = [*_sections(session, found, prefix)]
    text, left = "", 0
    room = most - 200  # for the last sentence
    for section in sections:
        size = len(section.encode("utf-8", "backslashreplace"))
        if left or size > room:
            left += 1
            continue
        text += section
        room -= size
    if left:
        text += f"\n{left} more sections are left out here; the result file has them all.\n"
    return text


def escaped(text: str, width: int = _WIDTH) -> str:
    """Untrusted text as code: no mark of it is read as Markdown, HTML, a link or a name."""
    line = one_line(text)[:width]
    return f"<code>{_spelled(line)}</code>" if line else ""


def _spelled(text: str) -> str:
    return "".join(
        char if char.isalnum() or char in _SPELLED else f"&#{ord(char)};" for char in text
    )


def _sections(session: Session, found: Gate, prefix: str) -> Iterator[str]:
    sources = sources_of(session)
    yield _headline(session, found)
    if found.failing:
        yield _table(found.failing, session, prefix, sources)
    notes = [*sentences(found, strict=session.strict)]
    if notes:
        yield "\n" + "".join(f"- {escaped(one, 1000)}\n" for one in notes)
    for one in found.failing:
        yield _details(one, session, sources)
    if found.known:
        yield f"\n### Known\n{_table(found.known, session, prefix, sources)}"
    undecided = [
        f"- {one.result.verdict} {escaped(one.nodeid)}: {escaped(one.result.reason, 400)}\n"
        for one in session.tests
        if one.result is not None
        and one.result.verdict in (Verdict.INCONCLUSIVE, Verdict.NOT_MEASURED)
    ]
    for start in range(0, len(undecided), _ROWS):
        head = "\n### Not decided\n\n" if start == 0 else ""
        yield head + "".join(undecided[start : start + _ROWS])


def _headline(session: Session, found: Gate) -> str:
    number = len(found.failing)
    word = "no leak that fails"
    if number:
        word = f"{number} leak{'' if number == 1 else 's'}"
    elif found.gone and session.strict:
        word = "fixed leaks are still listed"
    return f"## leakcheck: {word}\n\n{counts(session)}\n"


def _table(every: Sequence[Finding], session: Session, prefix: str, sources: Sources) -> str:
    rows = ["", "| | growth | where | held by | tests |", "|---|---|---|---|---|"]
    for one in every[:_ROWS]:
        at = where(one, session, prefix)
        cells = (
            f"{escaped(one.key)} {escaped(standing(one))}",
            escaped(rate(one.result)),
            f"{escaped(f'{at.path}:{at.line}')} {escaped(statement(one, session, sources), 120)}",
            escaped(held(one.result)),
            escaped(tests(one)),
        )
        rows.append(f"| {' | '.join(cells)} |")
    if len(every) > _ROWS:
        rows.append(f"| {len(every) - _ROWS} more | | | | |")
    return "\n".join(rows) + "\n"


def _details(one: Finding, session: Session, sources: Sources) -> str:
    head = f"{escaped(one.key)} {escaped(tests(one))}"
    # Blanks that are not escaped keep the columns of the report.
    report = leak(one, session, Style(), sources)
    body = "\n".join(_spelled(line) for line in report.split("\n"))
    return f"\n<details><summary>{head}</summary>\n\n<pre>\n{body}\n</pre>\n\n</details>\n"
