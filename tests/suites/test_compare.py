# SPDX-License-Identifier: MIT
"""The comparison of two suite runs: leaks aside, every change of outcome is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.corpus import places
from tests.suites import compare, page, runs, suites


def report(
    node: str,
    outcome: str = "passed",
    when: str = "call",
    *,
    leakcheck: Any = None,
    xfail: bool = False,
    part: bool = False,
) -> dict[str, Any]:
    return {
        "node": node,
        "when": when,
        "outcome": outcome,
        "xfail": xfail,
        "part": part,
        "seconds": 0.1,
        "leakcheck": leakcheck,
    }


def leak(file: str, line: int) -> dict[str, Any]:
    frames = [{"file": file, "line": line, "function": "f"}]
    return {"verdict": "leak", "rate": 1.0, "reason": "r", "sites": [{"frames": frames}]}


def test_a_failure_that_is_only_a_leak_is_no_difference() -> None:
    plain = (report("a"),)
    checked = (report("a", "failed", leakcheck=leak("x.py", 1)),)
    assert compare.differences(plain, checked) == []


def test_a_failure_without_a_leak_is_a_difference() -> None:
    told = compare.differences((report("a"),), (report("a", "failed"),))
    assert told == ["a: passed plain, failed with leakcheck"]


def test_a_test_that_was_not_run_is_a_difference() -> None:
    assert compare.differences((report("a"), report("b")), (report("a"),)) == [
        "b: passed plain, not run with leakcheck"
    ]


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((report("a", when="setup"), report("a")), "passed"),
        ((report("a", "failed", "setup"),), "error"),
        ((report("a"), report("a", "failed", "teardown")), "error"),
        ((report("a", "skipped", xfail=True),), "xfailed"),
        ((report("a", xfail=True),), "xpassed"),
        ((report("a", "skipped", part=True), report("a")), "passed"),
        ((report("a", "failed", part=True), report("a", "failed")), "failed"),
    ],
)
def test_phases_add_up_to_one_outcome(reports: compare.Reports, expected: str) -> None:
    assert compare.outcomes(reports) == {"a": expected}


def test_leaks_at_one_line_are_one_finding_with_its_tests() -> None:
    reports = (
        report("a", "failed", leakcheck=leak("/v/lib/python3.13/site-packages/p/m.py", 4)),
        report("b", "failed", leakcheck=leak("/v/lib/python3.13/site-packages/p/m.py", 4)),
        report("c", "failed", leakcheck=leak("/v/lib/python3.13/json/x.py", 9)),
    )
    told = compare.findings(reports)
    assert [(f.place, f.tests) for f in told] == [
        ("p/m.py:f:4", ("a", "b")),
        ("json/x.py:f:9", ("c",)),
    ]


def test_an_unknown_suite_is_told_with_the_known_ones() -> None:
    with pytest.raises(LookupError, match="no suite named nope; there are h11, "):
        suites.named(["nope"])


def test_tests_with_one_cause_are_one_finding_wherever_they_allocate() -> None:
    one, two = leak("x.py", 1), leak("y.py", 2)
    for answer in (one, two):
        answer["cause"] = "c"
        answer["containers"] = [{"path": "click._compat.cache"}]
        answer["whose"] = {"owner": "dependency", "name": "click", "version": "8", "known": ""}
    told = compare.findings((report("a", leakcheck=one), report("b", leakcheck=two)))
    assert [(f.tests, f.held, f.whose) for f in told] == [
        (("a", "b"), "click._compat.cache", "dependency click 8")
    ]


def test_a_verdict_that_changes_between_repeats_is_told() -> None:
    clean, leaks = {"verdict": "clean"}, leak("x.py", 1)
    repeats: list[compare.Reports] = [
        (report("a", leakcheck=clean), report("b", leakcheck=clean)),
        (report("b", leakcheck=leaks), report("a", leakcheck=clean)),
    ]
    assert compare.changing(repeats) == ["b: clean, leak"]
    assert compare.changing(repeats[:1]) == []


def test_a_test_named_after_the_time_of_day_is_the_same_test() -> None:
    plain, checked = (report("t[11-24-2026 22:55:13]"),), (report("t[11-24-2026 22:55:21]"),)
    assert compare.differences(plain, checked) == []
    assert compare.differences(plain, (report("t[11-24-2026]"),)) != []


def test_suspects_that_are_no_leaks_are_told_by_what_grew_and_where() -> None:
    readings = [
        {"phase": "screen", "blocks": 5, "raw": 1, "objects": None, "references": None},
        {"phase": "screen", "blocks": 9, "raw": 1, "objects": None, "references": None},
        {"phase": "trace", "blocks": 0, "raw": 0, "objects": None, "references": None},
    ]
    site = {"blocks": 2, "frames": [{"file": "x.py", "line": 3, "function": "f"}]}
    clean = {"verdict": "clean", "reason": "no growth in 25 runs", "readings": readings}
    found = compare.cleared(
        (
            report("a", leakcheck={**clean, "sites": [site]}),
            report("b", leakcheck={**clean, "reason": "no growth in 40 runs", "sites": [site]}),
            report("c", leakcheck={**clean, "readings": readings[:2]}),
            report("d", leakcheck={**leak("x.py", 1), "readings": readings}),
        )
    )
    assert found == [
        compare.Cleared("clean", "no growth in # runs", "blocks", "x.py:f:3", ("a", "b")),
    ]


def test_a_suite_in_which_nothing_could_be_measured_has_a_summary_too() -> None:
    run = runs.Run("exit 1", 1.0, (report("a", "failed", "setup"),), "")
    on = places.Python("3.13.0", Path("python"))
    row = page.Compared(suites.Suite("p", "1"), on, (run,), (run,))
    assert (
        page.summary([row])[1] == "verdicts over all repeats: 0, of which INCONCLUSIVE 0 (0.00 %)"
    )
