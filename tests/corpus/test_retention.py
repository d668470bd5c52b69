# SPDX-License-Identifier: MIT
"""The table of holders: what a report says is read, joined and held against the case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.corpus.cases import Case
from tests.corpus.retention import naming, said_of_holders, totals


def case(name: str, kind: str, folder: str = "py", **about: Any) -> Case:
    return Case(name, Path("cases") / folder / name, {"kind": kind, "package": "p", **about})


def report(*lines: str) -> dict[str, Any]:
    return {"report": ["LEAK  scenario  +1 block/run", *lines, "", "1. scenario.py:3"]}


NATIVE = (
    "  native     1 reference to each of 9 list held by native code, called at s.py:4: x.load(D)"
)


def test_only_lines_about_holders_are_read_and_what_continues_one_is_joined() -> None:
    told = said_of_holders(
        [
            "  why        blocks grew",
            "  held by    a.b: list,",
            "             +1 a run",
            "",
            "   12",
        ]
    )
    assert told == ["held by a.b: list, +1 a run"]


def test_a_python_holder_is_shown_where_its_name_stands_in_such_a_line() -> None:
    of = case("sympy-lambdify-linecache", "leak", retention="module linecache: cache dict")
    told = report("  held by    linecache.cache: dict, +1 a run")
    assert naming(of, "3.12.1", "leak", told).right is True
    assert naming(of, "3.12.1", "leak", report("  why        linecache.cache")).right is False


def test_a_lost_reference_must_be_said_with_a_line_that_the_case_names() -> None:
    of = case("x", "python-object leak", "native", trigger_line_contains="x.load(D)")
    assert naming(of, "3.12.1", "leak", report(NATIVE)).right is True
    other = naming(of, "3.12.1", "leak", report(NATIVE.replace("x.load(D)", "other()")))
    assert (other.named, other.call, other.right) == (True, False, False)


def test_memory_that_is_no_objects_is_counted_apart() -> None:
    of = case("y", "native malloc leak", "native", trigger_line_contains="y.load(D)")
    one = naming(of, "3.12.1", "leak", report())
    assert one.right is None
    assert totals([one], [of]) == [
        "native cases, held by native code: 0 of 0; 1 lose memory that is no object's"
    ]
