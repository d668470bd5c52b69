# SPDX-License-Identifier: MIT
"""A file that can't be used ends each verb with status 2 and one line, and nothing is overwritten."""

import json

import pytest

from leakcheck.cli import main
from leakcheck.gate.baseline import Entry
from leakcheck.gate.baseline import dumps as list_dumps
from leakcheck.gate.sessionfile import dumps
from tests.unit.made_sessions import case, leak, session
from tests.unit.unchecked import LONG

GOOD = dumps(session(case("t.py::x", leak())))
LIST = list_dumps([Entry("LC-00000000aa", "f", "blocks", {"t.py::x": 2})])
HUGE = object()
SESSIONS = {
    "truncated": (GOOD[:-40], "line "),
    "empty": ("", "line 1, column 1"),
    "future": (GOOD.replace('"schema": 1', '"schema": 99'), "session.schema is 99"),
    "result of the future": (GOOD.replace('"schema":3', '"schema":99'), ".result.schema is 99"),
    "bytes": (b'{"kind": "\xff"}', "byte 10 is wrong"),
    "huge": (HUGE, "goes on after byte 134,217,728"),
    "deep": ('{"a":' * 100_000, "nested too deeply"),
    "hostile": (
        json.dumps({**json.loads(GOOD), "\x1b[2J\n::error::" + "x" * 9999: 1}),
        r"session.\x1b[2J\n::error::xxx",
    ),
    "a list": (LIST, "session.kind is missing"),
}
LISTS = {
    "truncated": (LIST[:-3], "line "),
    "future": (LIST.replace(": 1\n", ": 99\n"), "baseline is of version 99"),
    "bytes": (b'{"leakcheck-baseline": 1\n,"\xff": 1}', "byte 27 is wrong"),
    "huge": (HUGE, "goes on after byte 134,217,728"),
    "hostile": (
        LIST.replace("LC-00000000aa", "\\u001b[2J\\n::error::"),
        r"baseline['\x1b[2J\n::er",
    ),
    "a session": (GOOD, 'begins with "leakcheck-baseline": 1'),
}
pytestmark = LONG


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        if content is HUGE:
            with path.open("wb") as stream:
                stream.truncate(200 * 1024 * 1024)  # sparse: nothing is on the disk
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def refused(capsys, words, bad, says):
    assert main([str(word) for word in words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    line = said.err.removesuffix("\n")
    assert line.isprintable()
    assert len(line) < 1000
    assert line.startswith(f"leakcheck: {bad} ")
    assert says in line


@pytest.mark.parametrize("kind", SESSIONS)
@pytest.mark.parametrize("verb", ["report", "update", "prune", "diff", "check", "merge", "compare"])
def test_a_result_that_cannot_be_used(put, tmp_path, capsys, kind, verb):
    content, says = SESSIONS[kind]
    good, listed = put("good.json", GOOD), put("list.json", LIST)
    bad, out = put("in/bad.json", content), put("out", "kept")
    words = {
        "report": ("report", bad, "-o", out),
        "merge": ("merge", tmp_path / "in", "-o", out),
        "compare": ("compare", good, bad),
    }.get(verb, ("baseline", verb, good, bad, "--file", listed))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    refused(capsys, words, bad, says)
    assert (out.read_text(), listed.read_text()) == ("kept", LIST)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("verb", ["update", "prune", "diff", "check"])
def test_a_list_that_cannot_be_used(put, tmp_path, capsys, kind, verb):
    content, says = LISTS[kind]
    good, bad = put("good.json", GOOD), put("list.json", content)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    refused(capsys, ("baseline", verb, good, "--file", bad), bad, says)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
