# SPDX-License-Identifier: MIT
"""A Session as a JSON file and back: the file of `--leakcheck-json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from leakcheck.errors import UsageError
from leakcheck.gate.baseline import PREFIX, basic, entry
from leakcheck.gate.ignored import read_ignored
from leakcheck.gate.session import Outcome, Session, Standing, Tested
from leakcheck.gate.stored import StoredError, parse, read
from leakcheck.report.fields import Fields, choice
from leakcheck.report.jsonfile import from_dict as result_from_dict
from leakcheck.report.jsonfile import to_dict as result_to_dict

if TYPE_CHECKING:
    from pathlib import Path

    from leakcheck.model import Result
    from leakcheck.report.fields import Json

KIND: Final = "leakcheck session"
SCHEMA: Final = 1
"""Version of the layout around the results, which have their own."""

MAX_LINE: Final = 10_000_000
"""No source file has more lines."""


def head(session: Session) -> dict[str, Json]:
    """Everything but the tests."""
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "leakcheck": session.leakcheck,
        "python": session.python,
        "implementation": session.implementation,
        "platform": session.platform,
        "day": session.day,
        "root": session.root,
        "options": list(session.options),
        "rate": session.rate,
        "max_time": session.max_time,
        "iterations": session.iterations,
        "seed": session.seed,
        "strict": session.strict,
        "whole": session.whole,
        "status": session.status,
        "shards": session.shards,
        "known": [{"fingerprint": one.fingerprint, **basic(one)} for one in session.known],
        "ignored": list(session.ignored),
        "sources": {
            file: {str(line): text for line, text in sorted(lines.items())}
            for file, lines in sorted(session.sources.items())
        },
    }


def tested(one: Tested) -> dict[str, Json]:
    """One test in basic types."""
    return {
        "nodeid": one.nodeid,
        "outcome": str(one.outcome),
        "file": one.file,
        "line": one.line,
        "worker": one.worker,
        "standing": None if one.standing is None else str(one.standing),
        "by_marker": one.by_marker,
        "note": one.note,
        "why": one.why,
        "result": None if one.result is None else result_to_dict(one.result),
    }


def dumps(session: Session) -> str:
    """The file's text, in ASCII: a field of the head or a test to each line.

    Raises:
        ValueError: a number of a result is not finite.
    """
    lines = [f"{json.dumps(name)}: {_compact(value)}" for name, value in head(session).items()]
    tests = ",\n".join(_compact(tested(one)) for one in session.tests)
    return "{\n" + ",\n".join(lines) + ',\n"tests": [\n' + tests + "\n]\n}\n"


def load(path: Path) -> Session:
    """The session in a file.

    Raises:
        StoredError: it can't be read, or is no session of a version that this one knows.
    """
    data = parse(read(path), path)
    try:
        return from_dict(data)
    except ValueError as error:
        raise StoredError(f"{path} can't be used: {error}") from None


def from_dict(data: object) -> Session:
    """The session that `dumps` was given, in basic types.

    Raises:
        ValueError: a field is missing, unknown or of the wrong kind; the message names it.
    """
    top = Fields(data, "session")
    kind = top.text("kind")
    if kind != KIND:
        raise ValueError(f"session.kind must be {KIND!r}, not {kind[:40]!r}")
    schema = top.integer("schema")
    if schema != SCHEMA:
        raise ValueError(
            f"session.schema is {schema}, this version reads {SCHEMA}; "
            "read it with the leakcheck that wrote it"
        )
    session = Session(
        leakcheck=top.text("leakcheck"),
        python=top.text("python"),
        implementation=top.text("implementation"),
        platform=top.text("platform"),
        day=top.text("day"),
        root=top.text("root"),
        options=top.texts("options"),
        rate=top.number("rate"),
        max_time=top.number("max_time"),
        iterations=top.optional_integer("iterations"),
        seed=top.integer("seed"),
        strict=top.flag("strict"),
        whole=top.flag("whole"),
        status=top.integer("status"),
        shards=top.integer("shards"),
        known=tuple(entry(one.text("fingerprint"), one) for one in top.records("known")),
        ignored=_read_rules(top),
        sources=_read_sources(top.record("sources")),
        tests=tuple(_read_tested(one) for one in top.records("tests")),
    )
    top.done()
    return session


def _compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _read_tested(data: Fields) -> Tested:
    one = Tested(
        nodeid=data.text("nodeid"),
        outcome=choice(data, "outcome", Outcome),
        file=data.text("file"),
        line=data.integer("line"),
        worker=data.text("worker"),
        standing=choice(data, "standing", Standing) if data.present("standing") else None,
        by_marker=data.flag("by_marker"),
        note=data.text("note"),
        why=data.text("why"),
        result=_read_result(data) if data.present("result") else None,
    )
    data.done()
    return one


def _read_result(data: Fields) -> Result:
    path = f"{data.path}.result"
    result = result_from_dict(data.take("result"), path)
    if result.fingerprint is not None and not result.fingerprint.startswith(PREFIX):
        raise ValueError(f"{path}.fingerprint must begin with {PREFIX}")
    return result


def _read_rules(data: Fields) -> tuple[str, ...]:
    found = data.texts("ignored")
    try:
        read_ignored(found)
    except UsageError as error:
        raise ValueError(f"{data.path}.ignored: {error}") from None
    return found


def _read_sources(data: Fields) -> dict[str, dict[int, str]]:
    return {file: _read_lines(data.record(file)) for file in data.names()}


def _read_lines(data: Fields) -> dict[int, str]:
    lines: dict[int, str] = {}
    for name in data.names():
        # isdecimal() alone would let other scripts' digits in.
        if not (name.isascii() and name.isdecimal() and 0 < int(name[:9]) <= MAX_LINE):
            raise ValueError(f"{data.path} has a line number {name[:20]!r}")
        lines[int(name)] = data.text(name)
    return lines
