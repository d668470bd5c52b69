# SPDX-License-Identifier: MIT
"""A leak as the page tells it: what the terminal says, without what is drawn."""

from dataclasses import replace

from leakcheck.explain.source import Sources
from leakcheck.gate.findings import findings
from leakcheck.html.detail import SHOWN, detail, facts
from leakcheck.html.plot import LINES
from leakcheck.model import Frame
from tests.unit.made_sessions import MARKS, case, grown, leak, session

TEST = Frame("tests/test_bus.py", "test_publish", 7)
LIBRARY = tuple(
    Frame(f"/usr/lib/python3.13/site-packages/framework/part{at}.py", "call", at)
    for at in range(1, 4)
)
LEAF = Frame("app/bus.py", "subscribe", 41, 41, 4, 33)


def told(result):
    made = session(case("t.py::x", result), case("t.py::y", replace(result, rate=1.0)))
    (one,) = findings(made)
    return detail(one, made, Sources(made.sources, closed=True))


def test_lines_of_a_report_are_pairs_and_what_goes_on_is_one_of_them():
    lines = (
        "  held by    app.BUS: list, 1 → 2 entries",
        "                 ^^^",
        "  why        it grew",
        "             and went on",
        "  ruled out  a cache",
    )
    assert [(one.name, one.text) for one in facts(lines)] == [
        ("held by", "app.BUS: list, 1 → 2 entries"),
        ("why", "it grew and went on"),
        ("ruled out", "a cache"),
    ]


def test_what_is_drawn_is_not_told_once_more():
    found = told(leak())
    assert [one.path for one in found.holders] == ["app.bus.BUS.handlers"]
    assert [one.name for one in found.facts] == ["next", "whose", "why", "ruled out"]


def test_every_test_is_named():
    assert told(leak()).tests == ("t.py::x", "t.py::y")


def test_a_line_has_its_place_its_source_and_the_way_there():
    made = leak(sites=(grown((TEST, *LIBRARY, LEAF), (0, 32, 96, 224), rate=2.0),))
    (line,) = told(made).lines
    assert (line.blocks, line.bytes) == ("+224 blocks", "+14.0 KiB")
    assert line.follows == "follows the runs exactly: +2 blocks/run"
    assert line.own.where == "app/bus.py:41 in subscribe"
    assert [(one.number, one.hit) for one in line.own.lines] == [(40, False), (41, True)]
    assert [one.marked for one in line.own.lines] == ["", "handlers.append(Callback(fn))"]
    assert line.leaf is None
    assert line.way == ("tests/test_bus.py:7 in test_publish", "3 frames of framework")


def test_where_a_library_allocates_both_lines_are_shown():
    made = leak(sites=(grown((TEST, LEAF, *LIBRARY), (0, 32, 96, 224)),))
    (line,) = told(made).lines
    assert line.own.where == "app/bus.py:41 in subscribe"
    assert line.leaf.where == "framework/part3.py:3 in call"


def test_expressions_of_one_line_are_told_apart():
    sites = [
        grown((TEST, replace(LEAF, column=column, end_column=end)), (0, 32, 96, 224))
        for column, end in ((4, 33), (20, 32))
    ]
    (line,) = told(leak(sites=tuple(sites))).lines
    assert line.blocks == "+448 blocks"
    assert [one.partition(": ")[2].partition(", ")[0] for one in line.parts] == [
        "handlers.append(Callback(fn))",
        "Callback(fn)",
    ]


def test_the_projects_lines_come_first_and_the_first_few_have_curves():
    foreign = grown(LIBRARY, (0, 320, 960, 2240))
    own = [
        grown((TEST, replace(LEAF, line=line)), (0, 16, 48, 112)) for line in range(1, SHOWN + 3)
    ]
    found = told(leak(sites=(foreign, *own)))
    assert len(found.lines) == SHOWN
    assert found.more == 3
    assert all(one.own is not None for one in found.lines)
    assert [one.curve for one in found.lines] == [*range(1, LINES + 1), 0, 0]
    assert len(found.plot.lines) == LINES


def test_where_series_are_cut_off_no_line_has_a_curve():
    short = grown((TEST, LEAF), (0, 32))
    found = told(leak(sites=(short,), marks=MARKS))
    assert found.lines[0].curve == 0
    assert found.plot is None


def test_a_leak_that_another_test_tells_says_which():
    found = told(leak(first_in="t.py::a", sites=(), marks=()))
    assert ("same leak", "as in t.py::a") in [(one.name, one.text) for one in found.facts]
    assert found.lines == ()
