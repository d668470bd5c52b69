# SPDX-License-Identifier: MIT
"""What every form says of a leak of what a probe counts: its units, and the line that opened it."""

from __future__ import annotations

from dataclasses import replace

from leakcheck.forms.words import lines, rate, sources_of, where
from leakcheck.gate.findings import findings
from leakcheck.model import Metric, NativeFrame
from tests.unit.made_sessions import case, leak, opening, session


def test_a_rate_is_said_in_the_units_of_what_decided() -> None:
    assert rate(opening()) == "2 descriptors a run"
    assert rate(opening(rate=1.0)) == "1 descriptor a run"
    assert rate(leak(metric=Metric.OBJECTS, rate=1.0)) == "1 gc object a run"
    assert rate(leak(metric=None)) == "2 blocks a run"


def test_what_opened_it_is_where_one_has_to_look() -> None:
    sources = {"app/bus.py": {41: "    handle = os.open(path)"}}
    whole = session(case("t.py::x", opening()), sources=sources)
    (one,) = findings(whole)
    assert (where(one, whole, "").path, where(one, whole, "").line) == ("app/bus.py", 41)
    assert lines(one, whole, sources_of(whole))[:2] == [
        "leaks 2 descriptors a run in t.py::x",
        "opened by: handle = os.open(path)",
    ]


def test_native_memory_is_said_with_the_function_that_took_it() -> None:
    taken = NativeFrame("/v/_scan.so", 8, "scan", "scan.c", 4, "ab" * 20, "scanner", "1.2")
    result = leak()
    sites = tuple(replace(one, native=True, native_frames=(taken,)) for one in result.sites)
    made = session(case("t.py::a", replace(result, sites=sites)))
    (one,) = findings(made)
    said = lines(one, made, sources_of(made))
    assert "taken by: scan at scan.c:4 in _scan.so, scanner 1.2, build id abababababab" in said
