# SPDX-License-Identifier: MIT
import re

from leakcheck.forms.outputs import outputs
from leakcheck.gate.session import Outcome, Standing
from tests.unit.forms.hostile import HOSTILE
from tests.unit.made_sessions import case, clean, leak, session


def test_leaks_are_counted_once_and_apart_from_other_failures():
    text = outputs(
        session(
            case("t.py::new", leak("LC-1")),
            case("t.py::again", leak("LC-1")),
            case("t.py::worse", leak("LC-2"), standing=Standing.WORSE),
            case("t.py::known", leak("LC-3"), standing=Standing.KNOWN),
            case("t.py::clean", clean()),
            case("t.py::failed", None, outcome=Outcome.FAILED),
            case("t.py::error", None, outcome=Outcome.ERROR),
            status=1,
        )
    )
    assert dict(line.split("=") for line in text.splitlines()) == {
        "leaks": "3",
        "new-leaks": "1",
        "failing-leaks": "2",
        "known-leaks": "1",
        "fixed-leaks": "0",
        "other-failures": "2",
        "measured": "5",
        "status": "1",
    }


def test_a_leak_in_a_test_whose_tear_down_failed_is_another_failure_too():
    made = session(case("t.py::x", leak("LC-1"), outcome=Outcome.ERROR))
    assert "other-failures=1\n" in outputs(made)


def test_untrusted_text_begins_no_line():
    assert re.fullmatch(r"([a-z-]+=\d+\n)+", outputs(HOSTILE))
