# SPDX-License-Identifier: MIT
"""The leaks that a project knows of: `.leakcheck-baseline.json`, one leak a line.

Each line of the file after the first begins with a comma, so that lines can be added, removed and
brought together by git in any order and the file is JSON still.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from leakcheck.gate.day import day
from leakcheck.gate.stored import StoredError, parse, read
from leakcheck.report.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from leakcheck.report.fields import Json

NAME: Final = ".leakcheck-baseline.json"
SCHEMA: Final = 1
PREFIX: Final = "LC-"
"""What every fingerprint begins with."""
_HEAD: Final = "leakcheck-baseline"
_EXACT: Final = 2**53
"""Beyond this a float has no digits of its own to show."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known leak.

    Attributes:
        fingerprint: names it.
        what: where it is, for people.
        metric: what `rate` counts.
        tests: ids without parameters of the tests that show it, each with its growth a run.
        holders: all that grows in these tests, by the names of judge/fingerprint.py.
        reason: why it is let be.
        issue: link to where it is dealt with.
        owner: who deals with it.
        until: the last day on which it is let be, year first; empty for no such day.
    """

    fingerprint: str
    what: str
    metric: str
    tests: dict[str, float]
    holders: tuple[str, ...] = ()
    reason: str = ""
    issue: str = ""
    owner: str = ""
    until: str = ""

    @property
    def rate(self) -> float:
        """The largest growth a run among its tests."""
        return max(self.tests.values(), default=0.0)


def dumps(entries: Iterable[Entry]) -> str:
    """The file's text; the same for the same entries in any order."""
    lines = [f"{{{json.dumps(_HEAD)}: {SCHEMA}\n"]
    for one in sorted(entries, key=lambda entry: entry.fingerprint):
        value = json.dumps(basic(one), ensure_ascii=True, allow_nan=False)
        lines.append(f",{json.dumps(one.fingerprint)}: {value}\n")
    return "".join([*lines, "}\n"])


def basic(one: Entry) -> dict[str, Json]:
    """An entry in basic types, but for its fingerprint."""
    return {
        "what": one.what,
        "metric": one.metric,
        "tests": {name: _short(rate) for name, rate in sorted(one.tests.items())},
        "holders": list(one.holders),
        "reason": one.reason,
        "issue": one.issue,
        "owner": one.owner,
        "until": one.until,
    }


def load(path: Path) -> tuple[Entry, ...]:
    """The entries of a file, in the order of their fingerprints.

    Raises:
        StoredError: it can't be read; the message says where in it and what to do.
    """
    text = read(path)
    try:
        return from_pairs(parse(text, path, pairs=_Pairs))
    except ValueError as error:
        raise StoredError(f"{path} can't be used: {error}") from None


class _Pairs(list[tuple[str, object]]):
    """A JSON object with every field, also one that two branches both added."""


def from_pairs(data: object) -> tuple[Entry, ...]:
    """The entries; one that is there twice is united.

    Raises:
        ValueError: something is missing, unknown or of the wrong kind; the message names it.
    """
    if not isinstance(data, _Pairs) or not data or data[0][0] != _HEAD:
        raise ValueError(f'baseline must be an object that begins with "{_HEAD}": {SCHEMA}')
    if data[0][1] != SCHEMA:
        raise ValueError(
            f"baseline is of version {str(data[0][1])[:20]}, this leakcheck reads {SCHEMA}; "
            "use the leakcheck that wrote it"
        )
    found: dict[str, Entry] = {}
    for name, value in data[1:]:
        one = entry(name, Fields(_plain(value), f"baseline[{name[:40]!r}]"))
        found[name] = united(found[name], one) if name in found else one
    return tuple(found[name] for name in sorted(found))


def entry(fingerprint: str, data: Fields) -> Entry:
    """One entry."""
    if not fingerprint.startswith(PREFIX):
        raise ValueError(f"{data.path} is no fingerprint; they begin with {PREFIX}")
    tests = data.record("tests")
    one = Entry(
        fingerprint=fingerprint,
        what=data.text("what"),
        metric=data.text("metric"),
        tests={name: tests.number(name) for name in sorted(tests.names())},
        holders=tuple(sorted(set(data.texts("holders")))),
        reason=data.text("reason"),
        issue=data.text("issue"),
        owner=data.text("owner"),
        until=data.text("until"),
    )
    data.done()
    if not one.tests:
        raise ValueError(f"{data.path}.tests is empty; remove the entry")
    if one.until:
        day(one.until, f"{data.path}.until")
    return one


def united(left: Entry, right: Entry) -> Entry:
    """One entry of two branches: all tests and holders, the smaller rate, the earlier day.

    Of two reasons the one that sorts first is kept, so that the order does not matter.
    """
    rates = dict(left.tests)
    for name, rate in right.tests.items():
        rates[name] = min(rate, rates.get(name, rate))

    def first(one: str, other: str) -> str:
        return min(one, other) if one and other else one or other

    return replace(
        left,
        what=first(left.what, right.what),
        metric=first(left.metric, right.metric),
        tests=dict(sorted(rates.items())),
        holders=tuple(sorted({*left.holders, *right.holders})),
        reason=first(left.reason, right.reason),
        issue=first(left.issue, right.issue),
        owner=first(left.owner, right.owner),
        until=first(left.until, right.until),
    )


def by_fingerprint(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """For looking up."""
    return {one.fingerprint: one for one in entries}


def _plain(value: object) -> object:
    """Objects as dicts again; a field that comes twice is wrong in these."""
    if not isinstance(value, _Pairs):
        return value
    fields = {name: _plain(one) for name, one in value}
    if len(fields) != len(value):
        raise ValueError("a field comes twice in one entry")
    return fields


def _short(rate: float) -> int | float:
    """Whole numbers whole, others with three digits."""
    value = float(f"{rate:.3g}")
    return int(value) if value.is_integer() and abs(value) < _EXACT else value
