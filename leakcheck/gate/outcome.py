# SPDX-License-Identifier: MIT
"""What a session comes to when it is held against what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakcheck.gate.findings import findings
from leakcheck.gate.ignored import read_ignored
from leakcheck.gate.session import Standing
from leakcheck.gate.standing import gone, unused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.gate.baseline import Entry
    from leakcheck.gate.findings import Finding
    from leakcheck.gate.ignored import Ignore
    from leakcheck.gate.session import Session

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Gate:
    """The leaks of a session by how they stand, and what of the known is out of date.

    Attributes:
        failing: leaks that fail.
        known: leaks that are let be by the baseline, a marker, or as the interpreter's.
        suppressed: leaks that nobody wants to hear of.
        gone: entries of the baseline whose leak is fixed.
        expired: entries whose last day is over, also where their tests did not run.
        unused: rules of `leakcheck_ignore` that no leak is under.
    """

    failing: tuple[Finding, ...]
    known: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    gone: tuple[Entry, ...]
    expired: tuple[Entry, ...]
    unused: tuple[Ignore, ...]

    def fails(self, *, strict: bool) -> bool:
        """A build has to stop here; under strict rules also while a fixed leak is still listed."""
        return bool(self.failing) or (strict and bool(self.gone))


def gate(session: Session) -> Gate:
    """The session against the baseline and the rules that are in it."""
    found = findings(session)
    return Gate(
        failing=tuple(one for one in found if one.standing.fails),
        known=tuple(one for one in found if one.standing is Standing.KNOWN),
        suppressed=tuple(one for one in found if one.standing is Standing.SUPPRESSED),
        gone=gone(session, session.known),
        expired=tuple(one for one in session.known if one.until and session.day > one.until),
        unused=unused(session, read_ignored(session.ignored)),
    )


def sentences(one: Gate, *, strict: bool) -> Iterator[str]:
    """What is known, in a line, and what of it has to be put right."""
    yield from _listed("KNOWN", one.known, "let be")
    yield from _listed("SUPPRESSED", one.suppressed, "not wanted")
    if one.gone:
        names = _names([entry.fingerprint for entry in one.gone])
        fails = ", which fails under --leakcheck-strict" if strict else ""
        yield (
            f"FIXED {_leaks(len(one.gone))} still listed in the baseline{fails}: {names}; "
            "python -m leakcheck baseline prune RESULT.json takes them out"
        )
    for entry in one.expired:
        words = ", ".join(word for word in (entry.owner, entry.issue, entry.reason) if word)
        why = f" ({words})" if words else ""
        yield f"EXPIRED {entry.fingerprint} was let be until {entry.until}{why}"
    for rule in one.unused:
        yield f"UNUSED leakcheck_ignore: {rule.text}"


def _listed(word: str, found: tuple[Finding, ...], how: str) -> Iterator[str]:
    if found:
        tests = len({test.nodeid for one in found for test in one.tests})
        where = "1 test" if tests == 1 else f"{tests} tests"
        names = _names([one.key for one in found])
        yield f"{word} {_leaks(len(found))} in {where}, {how}: {names}"


def _leaks(count: int) -> str:
    return "1 leak" if count == 1 else f"{count} leaks"


def _names(keys: list[str]) -> str:
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return ", ".join(keys[:_NAMED]) + more
