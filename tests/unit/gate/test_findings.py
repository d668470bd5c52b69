# SPDX-License-Identifier: MIT
from dataclasses import replace

from leakcheck.gate.findings import findings, key_of, place, without_parameters
from leakcheck.gate.session import Standing
from tests.unit.made_sessions import case, clean, leak, session


def test_one_cause_is_one_finding_with_all_its_tests():
    again = replace(leak(), first_in="t.py::first")
    (one,) = findings(
        session(
            case("t.py::again", again),
            case("t.py::fine", clean()),
            case("t.py::first", leak(rate=5.0)),
        )
    )
    assert [test.nodeid for test in one.tests] == ["t.py::first", "t.py::again"]
    assert (one.key, one.rate, one.share) == ("LC-00000000aa", 5.0, 1.0)
    assert one.result.rate == 5.0


def test_what_fails_comes_first_then_the_largest_share():
    found = findings(
        session(
            case("t.py::a", leak("LC-a", rate=1.0)),
            case("t.py::b", leak("LC-b", rate=6.0), standing=Standing.KNOWN),
            case("t.py::c", leak("LC-c", rate=3.0)),
        )
    )
    assert [(one.key, one.share) for one in found] == [("LC-c", 0.3), ("LC-a", 0.1), ("LC-b", 0.6)]


def test_the_worst_standing_counts_and_brings_its_note():
    (one,) = findings(
        session(
            case("t.py::a", leak(), standing=Standing.KNOWN, note="old"),
            case("t.py::b", leak(), standing=Standing.WORSE, note="was 1"),
        )
    )
    assert (one.standing, one.note) == (Standing.WORSE, "was 1")


def test_a_leak_without_fingerprint_goes_by_its_test_without_parameters():
    made = replace(leak(), fingerprint=None)
    assert key_of(case("t.py::T::x[a::b]", made)) == "LC-of t.py::T::x"
    assert without_parameters("t.py::x[a\n]") == "t.py::x"


def test_the_place_is_the_projects_line():
    found = place(leak(), session())
    assert (found.file, found.line) == ("app/bus.py", 41)
    assert place(replace(leak(), sites=()), session()) is None
