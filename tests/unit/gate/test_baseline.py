# SPDX-License-Identifier: MIT
"""The list of known leaks: one a line, in one order, JSON whatever git makes of two branches."""

import json
import subprocess
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakcheck.gate.baseline import Entry, dumps, load, united
from leakcheck.gate.stored import StoredError

ONE = Entry("LC-1", "app.py in f", "blocks", {"t.py::a": 2, "t.py::b": 0.333}, reason="old")
TWO = Entry("LC-2", "app.py in g", "blocks", {"t.py::a": 1}, until="2027-01-31", owner="ann")


def written(path, text):
    path.write_text(text)
    return path


def test_one_entry_is_one_line_in_the_order_of_fingerprints(tmp_path):
    text = dumps([TWO, ONE])
    lines = text.splitlines()
    assert lines[0] == '{"leakcheck-baseline": 1'
    assert [line[:8] for line in lines[1:]] == [',"LC-1":', ',"LC-2":', "}"]
    assert text == dumps([ONE, TWO])
    assert json.loads(text)["LC-1"]["tests"] == {"t.py::a": 2, "t.py::b": 0.333}
    assert load(written(tmp_path / "b", text)) == (ONE, TWO)


def test_an_empty_list_is_written_and_read(tmp_path):
    assert dumps([]) == '{"leakcheck-baseline": 1\n}\n'
    assert load(written(tmp_path / "b", dumps([]))) == ()


def test_what_two_branches_both_added_is_united(tmp_path):
    other = replace(ONE, tests={"t.py::a": 1, "t.py::c": 5}, reason="", until="2028-01-01")
    text = dumps([ONE])[:-2] + dumps([other]).splitlines()[1] + "\n}\n"
    (found,) = load(written(tmp_path / "b", text))
    assert found == united(other, ONE)
    assert found.tests == {"t.py::a": 1, "t.py::b": 0.333, "t.py::c": 5}
    assert (found.reason, found.until) == ("old", "2028-01-01")


def broken(change):
    data = json.loads(dumps([ONE]))
    data["LC-1"] |= change
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"leakcheck-baseline": 2}', "is of version 2, this leakcheck reads 1"),
        ("[]", 'must be an object that begins with "leakcheck-baseline": 1'),
        ("{}", "must be an object that begins with"),
        ('{"LC-1": {}}', "must be an object that begins with"),
        ('{"leakcheck-baseline": 1, "LC-1": 3}', r"baseline\['LC-1'\] must be an object, not 3"),
        ('{"leakcheck-baseline": 1, "x": {"tests": {}}}', "is no fingerprint"),
        (broken({"rate": 3}), r"baseline\['LC-1'\].rate is not a known field"),
        (broken({"tests": {}}), "tests is empty; remove the entry"),
        (broken({"tests": {"a": "x"}}), "tests.a must be a number, not text"),
        (broken({"until": "31.1.2027"}), "until must be a day such as 2027-01-31, not '31.1.2027'"),
        (dumps([ONE])[:-2] + "<<<<<<< HEAD\n}", r"line 3, column 1"),
        (dumps([ONE]).replace('"what"', '"what": "", "what"'), "a field comes twice in one entry"),
        (dumps([ONE])[:-9], r"line \d+, column \d+"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, text, says):
    with pytest.raises(StoredError, match=says):
        load(written(tmp_path / "b", text))


def git(folder, *words):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("start", [[], [TWO], [ONE, TWO]])
def test_two_branches_lists_come_together_without_conflict(tmp_path, start):
    def commit(name, entries):
        written(tmp_path / "b.json", dumps(entries))
        git(tmp_path, "add", "-A")
        assert git(tmp_path, "commit", "-qm", name).returncode == 0

    git(tmp_path, "init", "-q", "-b", "main")
    written(tmp_path / ".gitattributes", "b.json merge=union\n")
    commit("start", start)
    left = [replace(ONE, fingerprint=f"LC-3{digit}") for digit in "137"]
    right = [replace(TWO, fingerprint=f"LC-3{digit}") for digit in "246"]
    git(tmp_path, "checkout", "-qb", "left")
    commit("left", [*start, *left])
    git(tmp_path, "checkout", "-q", "main")
    commit("right", [*start[1:], *right])  # and the first is pruned there
    merged = git(tmp_path, "merge", "-q", "left", "-m", "both")
    assert merged.returncode == 0, merged
    found = load(tmp_path / "b.json")
    # An entry that one branch took out beside those that the other added may come back; strict
    # rules say so. None is lost.
    assert {one.fingerprint for one in found} - {one.fingerprint for one in start[:1]} == {
        one.fingerprint for one in (*start[1:], *left, *right)
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.data())
def test_no_damage_ends_in_anything_but_entries_or_a_sentence(tmp_path, data):
    raw = bytearray(dumps([ONE, TWO]).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=4))
    path = tmp_path / "b"
    path.write_bytes(raw)
    try:
        found = load(path)
    except StoredError as error:
        found = str(error)
    assert isinstance(found, tuple) or str(path) in found
