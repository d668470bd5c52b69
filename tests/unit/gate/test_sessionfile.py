# SPDX-License-Identifier: MIT
"""A session's file: what is written is read again, and what is wrong is named with its place."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakcheck.gate.session import Outcome, Session, Standing
from leakcheck.gate.sessionfile import SCHEMA, dumps, from_dict, load
from leakcheck.gate.stored import StoredError
from leakcheck.model import Verdict
from tests.unit.made_sessions import case, clean, leak, other, session

FULL = session(
    case("t.py::leaks", leak(), standing=Standing.KNOWN, note="old"),
    case("t.py::clean[ä\udc80]", clean()),
    case("t.py::asked", other(Verdict.INCONCLUSIVE)),
    case("t.py::skipped", None, outcome=Outcome.SKIPPED, why="it was skipped"),
)


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "session.json"
    path.write_text(dumps(FULL))
    assert load(path) == FULL
    assert dumps(load(path)) == dumps(FULL)


def test_each_test_is_one_line_and_all_is_ascii():
    text = dumps(FULL)
    assert text.isascii()
    assert sum(line.startswith('{"nodeid"') for line in text.splitlines()) == 4
    assert json.loads(dumps(session()))["tests"] == []


def test_the_series_is_in_it():
    (first, *_) = json.loads(dumps(FULL))["tests"]
    assert first["result"]["readings"][0]["blocks"] == 1000
    assert first["result"]["sites"][0]["series"] == [0, 32, 96, 224]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": SCHEMA + 1}, "session.schema is 2, this version reads 1; read it with"),
        ({"kind": "x"}, "session.kind must be 'leakcheck session', not 'x'"),
        ({"rate": "0.3"}, "session.rate must be a number, not text"),
        ({"tests": {}}, "session.tests must be a list, not an object"),
        ({"tests": [3]}, r"session.tests\[0\] must be an object, not 3"),
        ({"more": 1}, "session.more is not a known field"),
        ({"sources": {"a.py": {"x": ""}}}, "session.sources.a.py has a line number 'x'"),
        ({"sources": {"a.py": {"99999999": ""}}}, "has a line number"),
        ({"sources": {"a.py": {"٣": ""}}}, "has a line number"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, change, says):
    path = tmp_path / "session.json"
    path.write_text(json.dumps(json.loads(dumps(FULL)) | change))
    with pytest.raises(StoredError, match=says):
        load(path)


def test_a_wrong_result_is_named_by_its_test(tmp_path):
    data = json.loads(dumps(FULL))
    data["tests"][1]["result"]["rate"] = None
    with pytest.raises(ValueError, match=r"session\.tests\[1\]\.result\.rate must be a number"):
        from_dict(data)
    data["tests"][0]["standing"] = "fine"
    with pytest.raises(ValueError, match=r"session\.tests\[0\]\.standing must be one of 'new'"):
        from_dict(data)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_no_session(tmp_path, part):
    text = dumps(FULL)
    path = tmp_path / "session.json"
    path.write_text(text[: int(len(text) * part)])
    with pytest.raises(StoredError, match=r"line \d+, column \d+"):
        load(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.data())
def test_no_damage_ends_in_anything_but_a_session_or_a_sentence(tmp_path, data):
    raw = bytearray(dumps(replace(FULL, tests=FULL.tests[:2])).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        piece = data.draw(
            st.binary(max_size=4) | st.sampled_from([b"null", b"1e999", b"[", b'"', b"-", b"{}"])
        )
        raw[at : at + data.draw(st.integers(0, 8))] = piece
    path = tmp_path / "session.json"
    path.write_bytes(raw)
    try:
        found = load(path)
    except StoredError as error:
        found = str(error)
    assert isinstance(found, Session) or str(path) in found
