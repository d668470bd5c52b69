# SPDX-License-Identifier: MIT
"""How a leak stands to what is known, and what of the known is gone: pure judgement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from leakcheck.gate.baseline import Entry, by_fingerprint
from leakcheck.gate.findings import findings, key_of, place, without_parameters
from leakcheck.gate.ignored import ignored
from leakcheck.gate.session import Standing
from leakcheck.judge.fingerprint import holders
from leakcheck.model import Metric, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from leakcheck.gate.findings import Finding
    from leakcheck.gate.ignored import Ignore
    from leakcheck.gate.session import Session, Tested
    from leakcheck.model import Result

WORSE: Final = 1.5
"""A known leak that grows by so many times what is written down is worse. Less is left to chance
and to the version of Python, on which the number of blocks of one object depends."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is known.

    Attributes:
        entries: by fingerprint.
        ignored: what nobody wants to hear of.
        day: today, year first.
    """

    entries: Mapping[str, Entry]
    ignored: tuple[Ignore, ...]
    day: str


def standing(tested: Tested, rules: Rules) -> tuple[Standing, str]:
    """How the leak of a test stands, and what to say of it."""
    result = tested.result
    assert result is not None  # only a leak stands
    if result.whose is not None and result.whose.known:
        return Standing.KNOWN, result.whose.known
    rule = ignored(result, rules.ignored)
    if rule is not None:
        return Standing.SUPPRESSED, rule.reason
    entry = rules.entries.get(key_of(tested))
    if entry is None:
        return Standing.NEW, ""
    if entry.until and rules.day > entry.until:
        return Standing.EXPIRED, f"it was let be until {entry.until}{_why(entry)}"
    worse = _worse(entry, without_parameters(tested.nodeid), result)
    return (Standing.WORSE, worse) if worse else (Standing.KNOWN, entry.reason)


def _worse(entry: Entry, test: str, result: Result) -> str:
    """In which way more leaks than is known; empty where none does."""
    known = entry.tests.get(test)
    if known and entry.metric == metric(result) and result.rate >= WORSE * known:
        return f"{known:.3g} a run are known, {result.rate:.3g} were measured"
    more = [one for one in holders(result) if one not in entry.holders]
    return f"{', '.join(more)} grows too, which is not known" if more else ""


def judged(session: Session, rules: Rules) -> Session:
    """The session as it stands under other rules; what a marker says of a test stays."""

    def one(tested: Tested) -> Tested:
        if tested.result is None or not tested.result.verdict.leaks or tested.by_marker:
            return tested
        stands, note = standing(tested, rules)
        return replace(tested, standing=stands, note=note)

    return replace(
        session,
        tests=tuple(map(one, session.tests)),
        known=tuple(rules.entries.values()),
        ignored=tuple(rule.text for rule in rules.ignored),
    )


def gone(session: Session, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries whose leak is fixed: each of their tests was measured and none shows it.

    A test that is not there any more counts too, when the session ran all tests there are.
    """
    seen = {key_of(one) for one in session.tests if _leaks(one)}
    tests = _measured(session.tests)
    return tuple(
        entry
        for entry in entries
        if entry.fingerprint not in seen
        and all(tests.get(name, session.whole) for name in entry.tests)
    )


def unused(session: Session, rules: Iterable[Ignore]) -> tuple[Ignore, ...]:
    """The rules that no leak of a whole session is under."""
    if not session.whole:
        return ()
    leaks = [one.result for one in session.tests if one.result is not None and _leaks(one)]
    return tuple(rule for rule in rules if not any(ignored(one, [rule]) for one in leaks))


def updated(session: Session, entries: Iterable[Entry], **added: str) -> tuple[Entry, ...]:
    """The entries with all leaks of the session in them; what people wrote stays.

    Args:
        session: what was measured.
        entries: those there are.
        added: fields of the entries that are new.
    """
    found = dict(by_fingerprint(entries))
    for one in findings(session):
        ours = one.result.whose is not None and one.result.whose.known
        if ours or one.standing is Standing.SUPPRESSED:
            continue
        old = found.get(one.key) or Entry(one.key, "", "", {}, (), **added)
        rates = sorted({**old.tests, **_rates(one)}.items())
        found[one.key] = replace(
            old,
            what=what(one, session),
            metric=metric(one.result),
            tests=dict(rates),
            holders=tuple(sorted({*old.holders, *_holders(one)})),
        )
    return tuple(found[key] for key in sorted(found))


def shrunk(entry: Entry, sessions: Sequence[Session]) -> Entry:
    """The entry without what does not grow any more in its tests, if all were measured."""
    tests = [one for session in sessions for one in session.tests]
    measured = _measured(tests)
    if not all(measured.get(name, False) for name in entry.tests):
        return entry
    seen = {
        name
        for one in tests
        if one.result is not None and _leaks(one) and key_of(one) == entry.fingerprint
        for name in holders(one.result)
    }
    return replace(entry, holders=tuple(name for name in entry.holders if name in seen))


def what(one: Finding, session: Session) -> str:
    """Where a leak is, for people, without a line number that would change."""
    held = next((held.path for held in one.result.containers if held.path), one.result.cache)
    frame = place(one.result, session)
    words = [f"{frame.file} in {frame.function}"] if frame is not None else []
    words += [f"held by {held}"] if held else []
    return ", ".join(words)


def metric(result: Result) -> str:
    """What the rate of a leak counts."""
    return f"probe:{result.probe}" if result.probe else str(result.metric or Metric.BLOCKS)


def _holders(one: Finding) -> set[str]:
    return {name for test in one.tests if test.result for name in holders(test.result)}


def _rates(one: Finding) -> dict[str, float]:
    rates: dict[str, float] = {}
    for test in one.tests:
        name = without_parameters(test.nodeid)
        rate = test.result.rate if test.result is not None else 0.0
        rates[name] = max(float(f"{rate:.3g}"), rates.get(name, 0.0))
    return rates


def _why(entry: Entry) -> str:
    words = [word for word in (entry.reason, entry.owner, entry.issue) if word]
    return f" ({', '.join(words)})" if words else ""


def _leaks(one: Tested) -> bool:
    return one.result is not None and one.result.verdict.leaks


def _measured(tests: Iterable[Tested]) -> dict[str, bool]:
    """By ids without parameters: whether each such test was measured."""
    found: dict[str, bool] = {}
    for one in tests:
        name = without_parameters(one.nodeid)
        found[name] = found.get(name, True) and _is_measured(one)
    return found


def _is_measured(one: Tested) -> bool:
    """Something was decided of it, so that a leak it does not show is not there."""
    return one.result is not None and (
        one.result.verdict in (Verdict.CLEAN, Verdict.CACHE) or one.result.verdict.leaks
    )
