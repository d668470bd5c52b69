# SPDX-License-Identifier: MIT
"""Workflow commands of GitHub: annotations on the lines that leak.

GitHub shows ten of each kind a step and drops the rest without a word, so nine are given and
the tenth says how many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakcheck.forms.words import lines, of_test, sources_of, where
from leakcheck.gate.outcome import gate, sentences
from leakcheck.model import Verdict
from leakcheck.report.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leakcheck.forms.words import Place
    from leakcheck.gate.session import Session

MOST: Final = 9


def github(session: Session, prefix: str = "") -> str:
    """One command a line."""
    found = gate(session)
    strict = session.strict
    sources = sources_of(session)
    errors = [
        _command(
            "error",
            where(one, session, prefix),
            f"memory leak ({one.standing})",
            "\n".join(lines(one, session, sources)),
        )
        for one in found.failing
    ]
    if strict and found.gone:
        errors += [
            _command("error", None, "a fixed leak is still listed", one.fingerprint)
            for one in found.gone
        ]
    known = [
        _command(
            "notice",
            where(one, session, prefix),
            "known memory leak",
            lines(one, session, sources)[0],
        )
        for one in found.known
    ]
    warnings = [*_undecided(session, prefix)]
    said = [one for one in sentences(found, strict=strict) if not one.startswith(("KNOWN", "SUPP"))]
    warnings += [_command("warning", None, "known leaks", one) for one in said]
    kinds = (("error", errors), ("warning", warnings), ("notice", known))
    return "".join(line for kind, every in kinds for line in _most(kind, every))


def data(text: str) -> str:
    """A message's text, which ends at a line feed otherwise."""
    return safe(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def value(text: str) -> str:
    """A property's text, which ends at a comma or the colons otherwise."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


def _command(kind: str, at: Place | None, title: str, text: str) -> str:
    spot = f"file={value(at.path)},line={at.line}," if at is not None else ""
    return f"::{kind} {spot}title={value(f'leakcheck: {title}')}::{data(text)}\n"


def _undecided(session: Session, prefix: str) -> Iterator[str]:
    for one in session.tests:
        if one.result is not None and one.result.verdict is Verdict.INCONCLUSIVE:
            text = f"{one.nodeid}: {one.result.reason}"
            yield _command("warning", of_test(one, prefix), "inconclusive", text)


def _most(kind: str, every: Sequence[str]) -> Iterator[str]:
    yield from every[:MOST]
    if len(every) > MOST:
        yield _command(kind, None, "more", f"{len(every) - MOST} more, see the job's summary")
