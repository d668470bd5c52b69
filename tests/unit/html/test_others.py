# SPDX-License-Identifier: MIT
"""Tests without a verdict are shown with what grew in them."""

from dataclasses import replace

from leakcheck.explain.source import Sources
from leakcheck.html.others import DRAWN, undecided
from leakcheck.html.page import html
from leakcheck.model import Verdict
from tests.unit.html.reading import Page
from tests.unit.made_sessions import case, clean, leak, other, session

GREW = replace(
    leak(), verdict=Verdict.INCONCLUSIVE, reason="too noisy", fingerprint=None, whose=None
)


def found(*tests):
    made = session(*tests)
    return undecided(made, Sources(made.sources))


def test_those_without_a_verdict_are_listed_and_no_other():
    tests = (
        case("t.py::a", other(Verdict.NOT_MEASURED, "port in use")),
        case("t.py::b", clean()),
        case("t.py::c", leak()),
        case("t.py::d"),
        case("t.py::e", other(Verdict.INCONCLUSIVE, "too slow")),
    )
    assert [(one.nodeid, one.verdict, one.why) for one in found(*tests)] == [
        ("t.py::a", "NOT MEASURED", "port in use"),
        ("t.py::e", "INCONCLUSIVE", "too slow"),
    ]


def test_what_grew_is_told_and_drawn():
    (one,) = found(case("t.py::a", GREW))
    assert one.grew == (
        "+224 blocks, +14.0 KiB at app/bus.py:41 in subscribe: handlers.append(Callback(fn))",
    )
    assert one.plot is not None


def test_where_nothing_was_counted_nothing_is_drawn():
    (one,) = found(case("t.py::a", other(Verdict.INCONCLUSIVE)))
    assert (one.grew, one.plot) == ((), None)


def test_of_many_only_the_first_are_drawn_and_all_are_told():
    every = found(*(case(f"t.py::x{at}", GREW) for at in range(DRAWN + 5)))
    assert [one.plot is not None for one in every] == [True] * DRAWN + [False] * 5
    assert all(one.grew for one in every)


def test_the_page_has_their_plots():
    page = Page(html(session(case("t.py::a", GREW))))
    assert page.problems == []
    assert ("svg", "plot") in [(tag, attributes.get("class")) for tag, attributes in page.tags]
    assert "No leak fails, 1 test undecided" in page.text
