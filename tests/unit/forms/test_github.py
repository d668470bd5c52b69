# SPDX-License-Identifier: MIT
"""Annotations: one command a line, whatever stands in names and messages."""

import re

from leakcheck.forms.github import data, github, value
from leakcheck.gate.session import Standing
from leakcheck.model import Verdict
from tests.unit.forms.hostile import HOSTILE
from tests.unit.made_sessions import case, leak, other, session
from tests.unit.unchecked import LONG

# As the runner splits a line: command, properties up to the colons, then the message.
COMMAND = re.compile(r"::(?P<kind>\w+) (?P<properties>[^:\r\n]*)::(?P<data>[^\r\n]*)")


def commands(text):
    return [COMMAND.fullmatch(line) for line in text.split("\n")[:-1]]


def test_a_leak_that_fails_is_an_error_on_its_line():
    (found,) = commands(github(session(case("t.py::x", leak()))))
    assert found["kind"] == "error"
    assert found["properties"] == "file=app/bus.py,line=41,title=leakcheck%3A memory leak (new)"
    assert "handlers.append(Callback(fn))" in found["data"]


def test_paths_begin_at_the_top_of_the_repository():
    assert "file=sub/app/bus.py,line=41" in github(session(case("t.py::x", leak())), "sub")


def test_nothing_that_leaks_is_no_line():
    assert github(session()) == ""


def test_known_leaks_are_notices_and_what_is_undecided_a_warning():
    made = session(
        case("t.py::k", leak(), standing=Standing.KNOWN),
        case("t.py::i", other(Verdict.INCONCLUSIVE)),
        case("t.py::n", other(Verdict.NOT_MEASURED)),
    )
    assert [one["kind"] for one in commands(github(made))] == ["warning", "notice"]


@LONG
def test_of_each_kind_nine_are_given_and_the_tenth_counts_the_rest():
    made = session(*(case(f"t.py::x{at}", leak(f"LC-{at:010}")) for at in range(10_000)))
    found = commands(github(made))
    assert len(found) == 10
    assert found[-1]["data"] == "9991 more, see the job's summary"


def test_no_text_ends_a_command_or_begins_another():
    text = github(HOSTILE)
    assert [one["kind"] for one in commands(text)] == ["error", "warning", "notice"]
    assert not re.search("[\x00-\x09\x0b-\x1f]", text)


def test_what_is_escaped_reads_the_same_again():
    def read(text):
        pairs = (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%"))
        for code, char in pairs:
            text = text.replace(code, char)
        return text

    for text in ("50%0A", "a::b,c", "%25", "\r\n%"):
        assert read(data(text)) == read(value(text)) == text
