# SPDX-License-Identifier: MIT
"""A leak of many tests is said once, and what grows most comes first."""

from __future__ import annotations

from typing import Any

from leakcheck.report.grouped import by_cause, lines

PLACE = {"file": "/usr/lib/python3.13/json/decoder.py", "line": 7}


def answer(fingerprint: str | None, rate: float = 1.0, **more: Any) -> dict[str, Any]:
    return {
        "verdict": "leak",
        "fingerprint": fingerprint,
        "rate": rate,
        "metric": None,
        "probe": "",
        "probes": [],
        "opened": [],
        "whose": {"owner": "project", "name": "app.py", "version": "", "scope": "", "known": ""},
        "containers": [],
        "counts": [],
        "sites": [],
        "cache": "",
        **more,
    }


def held(path: str, share: float) -> dict[str, Any]:
    return {"containers": [{"path": "", "share": 0.9}, {"path": path, "share": share}]}


def test_tests_with_one_fingerprint_are_one_group_in_the_order_of_the_run() -> None:
    leaks = [("a", answer("LC-1")), ("b", answer("LC-2")), ("c", answer("LC-1"))]
    groups = by_cause(leaks)
    assert [[name for name, _ in tests] for tests in groups] == [["a", "c"], ["b"]]
    assert list(lines(groups)) == [
        "LEAK LC-1 same leak in 2 tests, first a, 1 block a run there: project app.py",
        "  67% of all growth",
        "LEAK LC-2 b, 1 block a run: project app.py",
        "  33% of all growth",
    ]


def test_leaks_without_a_fingerprint_are_apart() -> None:
    assert len(by_cause([("a", answer(None)), ("b", answer(None))])) == 2


def test_what_grows_most_comes_first_not_what_many_tests_show() -> None:
    leaks = [*((f"small{n}", answer("LC-1", 0.5)) for n in range(3)), ("big", answer("LC-2", 9.0))]
    assert [tests[0][0] for tests in by_cause(leaks)] == ["big", "small0"]


def test_only_the_share_of_the_container_that_the_cause_names_counts() -> None:
    leaks = [
        ("split", answer("LC-1", 10.0, **held("app.A", 0.2))),
        ("whole", answer("LC-2", 3.0, **held("app.B", 1.0))),
    ]
    said = list(lines(by_cause(leaks)))
    assert said == [
        "LEAK LC-2 whole, 3 blocks a run: project app.py",
        "  held by app.B",
        "  60% of all growth",
        "LEAK LC-1 split, 10 blocks a run: project app.py",
        "  held by app.A",
        "  40% of all growth",
    ]


def test_one_leak_needs_no_share() -> None:
    assert list(lines(by_cause([("a", answer("LC-1"))]))) == [
        "LEAK LC-1 a, 1 block a run: project app.py"
    ]


def test_known_leaks_come_last_and_are_no_part_of_the_growth() -> None:
    whose = {"owner": "interpreter", "name": "CPython", "version": "3.12.1", "scope": ""}
    known = answer("LC-9", 99.0, whose={**whose, "known": "gh-1"})
    said = list(lines(by_cause([("k", known), ("a", answer("LC-1"))])))
    assert said == [
        "LEAK LC-1 a, 1 block a run: project app.py",
        "  100% of all growth",
        "KNOWN k, 99 blocks a run: gh-1",
    ]


def test_the_line_and_the_holder_are_said() -> None:
    site = {"grows": True, "frames": [PLACE], "statement": "x = f()", "native_frames": []}
    one = answer("LC-1", sites=[{**site, "grows": False}, site], **held("fixture `db`.rows", 1.0))
    assert list(lines(by_cause([("a", one)])))[1:] == [
        "  allocated at json/decoder.py:7  x = f()",
        "  retained by fixture `db`.rows",
    ]
    cached = {**one, "cache": "linecache.cache", "sites": []}
    assert list(lines(by_cause([("a", cached)])))[1:] == ["  held by linecache.cache"]


def test_native_memory_is_said_with_the_function_that_took_it() -> None:
    taken = {"library": "/v/_scan.so", "function": "scan", "file": "scan.c", "line": 4}
    nowhere = {"grows": True, "frames": [{"file": "", "line": 0}], "native_frames": [taken]}
    assert list(lines(by_cause([("a", answer("LC-1", sites=[nowhere]))])))[1:] == [
        "  taken by scan at scan.c:4 in _scan.so"
    ]
    unknown = {**nowhere, "native_frames": []}
    assert list(lines(by_cause([("a", answer("LC-1", sites=[unknown]))])))[1:] == []


def test_what_lost_references_is_said_with_the_line() -> None:
    lost = {"path": "app.DT", "type": "numpy.dtype", "frame": PLACE}
    assert list(lines(by_cause([("a", answer("LC-1", counts=[lost]))])))[1:] == [
        "  references lost to app.DT, by json/decoder.py:7"
    ]
    unnamed = {**lost, "path": "", "frame": None}
    assert list(lines(by_cause([("a", answer("LC-1", counts=[unnamed]))])))[1:] == [
        "  references lost to numpy.dtype"
    ]


def test_what_a_probe_counts_has_its_own_units_and_the_line_that_opened_it() -> None:
    more = {
        "metric": "probe",
        "probe": "children",
        "probes": [{"name": "children", "unit": "child process", "units": "child processes"}],
        "opened": [{"frames": [PLACE]}],
    }
    assert list(lines(by_cause([("a", answer("LC-1", 2.0, **more))]))) == [
        "LEAK LC-1 a, 2 child processes a run: project app.py",
        "  opened at json/decoder.py:7",
    ]
