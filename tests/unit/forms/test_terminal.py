# SPDX-License-Identifier: MIT
from dataclasses import replace

from leakcheck.forms.terminal import terminal
from leakcheck.gate.session import Standing
from leakcheck.model import Verdict
from tests.unit.made_sessions import case, clean, leak, other, session

TWO = session(
    case("t.py::first", leak(), standing=Standing.KNOWN, note="waits for 3.0"),
    case("t.py::second", replace(leak(), first_in="t.py::first"), standing=Standing.KNOWN),
    case("t.py::asked", other(Verdict.INCONCLUSIVE, "too noisy")),
    case("t.py::fine", clean()),
)


def test_a_leak_is_shown_once_with_its_standing_and_its_tests():
    text = terminal(TWO)
    assert text.count("LEAK  t.py::first") == 1
    assert "handlers.append(Callback(fn))" in text  # from the file's own excerpts
    assert "  standing   known: waits for 3.0\n  also in    t.py::second\n" in text


def test_what_was_not_decided_and_the_counts_come_last():
    assert terminal(TWO).endswith(
        "INCONCLUSIVE t.py::asked: too noisy\n\n"
        "leakcheck 1.2.3, CPython 3.13.0: 1 clean, 2 leak, 1 inconclusive\n"
    )
    assert terminal(session()) == "leakcheck 1.2.3, CPython 3.13.0: no test\n"


def test_an_untrusted_test_id_cannot_move_the_cursor():
    text = terminal(session(case("t.py::x[\x1b[2J\n]", other(Verdict.INCONCLUSIVE))))
    assert "\x1b" not in text
    assert text.count("\n") == 3
