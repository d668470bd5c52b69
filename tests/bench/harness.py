# SPDX-License-Identifier: MIT
"""What does one more run of an empty test cost inside pytest?

Set-up and tear-down by the plugin around a test that does nothing. Each test is checked twice in one
pytest process, with few runs and with many; the difference, divided by the further runs, is the
cost of one run, free of what a check costs once. The same for the bare loop around an empty
function, which is subtracted for the harness's own part.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench.child import in_child, pytest_in
from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 5
FEW, MANY = 500, 2500
PLAIN_TESTS = 1000

_TESTS: Final = """
import pytest

checked = pytest.mark.leakcheck
few, many = {few}, {many}


@checked(rate=3 / few, max_time=600)
def test_screened_few(): pass

@checked(rate=3 / many, max_time=600)
def test_screened_many(): pass

@checked(iterations=few, max_time=600)
def test_traced_few(): pass

@checked(iterations=many, max_time=600)
def test_traced_many(): pass

@checked(rate=3 / few, max_time=600)
def test_fixtures_few(tmp_path, monkeypatch, capsys): pass

@checked(rate=3 / many, max_time=600)
def test_fixtures_many(tmp_path, monkeypatch, capsys): pass

class TestPlain:
    @pytest.mark.parametrize("number", range({plain}))
    def test_empty(self, number): pass
"""

# Notes processor time of each test's call phase, or of its whole protocol where it is not checked.
_CONFTEST: Final = """
import json, time
import pytest

seen = {}
began = 0.0
plain = 0.0

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    at = time.process_time()
    yield
    seen[item.name] = {"seconds": time.process_time() - at}

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    global plain
    at = time.process_time()
    yield
    if item.cls is not None:
        plain += time.process_time() - at
    return True

def pytest_runtest_logreport(report):
    answer = getattr(report, "leakcheck", None)
    if report.when == "call" and answer:
        name = report.nodeid.split("::")[-1]
        answer = answer.get("result") or answer
        seen[name] |= {"runs": answer["runs"], "verdict": answer["verdict"]}

def pytest_unconfigure(config):
    with open("answer.json", "w") as file:
        json.dump({"plain": plain, "seen": seen}, file)
"""


def _pytest(few: int, many: int) -> dict[str, Any]:
    """What the tests above took in one pytest process."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_empty.py").write_text(
            _TESTS.format(few=few, many=many, plain=PLAIN_TESTS), encoding="utf-8"
        )
        Path(folder, "conftest.py").write_text(_CONFTEST, encoding="utf-8")
        told: dict[str, Any] = pytest_in(folder, "answer.json")
        return told


def bare_loop(few: int, many: int) -> dict[str, Any]:
    """The same shapes as the answer of pytest, for an empty function in the C loop."""
    from leakcheck.config import Settings
    from leakcheck.measure.protocol import check_callable

    def nothing() -> None:
        pass

    seen = {}
    for name, runs in (("few", few), ("many", many)):
        for way, settings in (
            ("screened", Settings(rate=3 / runs, max_time=600)),
            ("traced", Settings(iterations=runs, max_time=600)),
        ):
            began = time.process_time()
            result = check_callable(nothing, settings)
            seen[f"test_{way}_{name}"] = {
                "seconds": time.process_time() - began,
                "runs": result.runs,
                "verdict": result.verdict.value,
            }
    return seen


def _per_run(seen: dict[str, Any], test: str) -> float:
    """Microseconds of one further run."""
    few, many = seen[f"test_{test}_few"], seen[f"test_{test}_many"]
    for one in (few, many):
        if one.get("verdict") != "clean":
            raise BenchError(f"an empty test ({test}) was {one.get('verdict', 'not checked')}")
    seconds: float = many["seconds"] - few["seconds"]
    further: int = many["runs"] - few["runs"]
    return seconds / further * 1e6


def ask(options: Options) -> Iterator[Table]:
    """One table: kinds of run against microseconds."""
    few, many = (FEW // 2, MANY // 2) if options.quick else (FEW, MANY)
    processes, bare = [], []
    for _ in range(options.repeats(REPEATS)):
        processes.append(_pytest(few, many))
        bare.append(in_child("tests.bench.harness", "bare_loop", few=few * 20, many=many * 20))
    plain = [one["plain"] / PLAIN_TESTS * 1e6 for one in processes]
    rows = [("an empty test by pytest alone, once", spread(plain, ".0f"), "", "")]
    for test, what in (
        ("screened", "an empty test, screened"),
        ("traced", "an empty test, traced"),
        ("fixtures", "with tmp_path, monkeypatch and capsys, screened"),
    ):
        runs = [_per_run(one["seen"], test) for one in processes]
        loop = [_per_run(one, "traced" if test == "traced" else "screened") for one in bare]
        rows.append(
            (
                what,
                spread(runs, ".1f"),
                spread([run - own for run, own in zip(runs, loop, strict=True)], ".1f"),
                spread([one / run for one, run in zip(plain, runs, strict=True)], ".1f"),
            )
        )
    yield Table(
        "Microseconds of one run of a test inside pytest",
        (
            f"Processor time, {options.repeats(REPEATS)} pytest processes: a check of {many} runs",
            f"less one of {few}, divided by the difference. *Harness*: less a run of the bare loop",
            "around an empty function. *Against pytest*: how many such runs fit into one ordinary",
            "empty test of the same process (protocol, reports and all).",
            "Bar: harness 50 us for an empty test.",
        ),
        ("run", "us a run", "harness", "against pytest"),
        tuple(rows),
    )
