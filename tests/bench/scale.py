# SPDX-License-Identifier: MIT
"""Does a test under --leakcheck cost the same in a large heap, and late in a long session?

Empty tests in modules of a hundred, and a conftest.py that keeps objects alive. Each pytest process
notes the processor time of each test's whole protocol; a process counts by its median test, and
a long session also by the median of its last hundred.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.child import pytest_in
from tests.bench.figures import Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 3
IN_MODULE: Final = 100
TESTS: Final = 300
HEAPS: Final = (10_000, 100_000, 1_000_000)
COUNTS: Final = (10, 100, 1_000)
FULL_HEAP, FULL_COUNT = 10_000_000, 10_000

_CONFTEST: Final = """
import json, time
import pytest

def value(): pass

# A tuple of a number of its own and a function: two blocks, and the collector knows the tuple.
kept = [(number, value) for number in range({objects} // 2)]
times = []

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    began = time.process_time_ns()
    yield
    times.append((time.process_time_ns() - began) / 1000)
    return True

def pytest_unconfigure(config):
    with open("times.json", "w") as file:
        json.dump(times, file)
"""


def _times(objects: int, tests: int, *options: str) -> list[float]:
    """Microseconds of each test of one pytest process."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "conftest.py").write_text(_CONFTEST.format(objects=objects), encoding="utf-8")
        for begin in range(0, tests, IN_MODULE):
            source = "".join(
                f"def test_{number}(): pass\n"
                for number in range(begin, min(begin + IN_MODULE, tests))
            )
            Path(folder, f"test_{begin:06}.py").write_text(source, encoding="utf-8")
        told: list[float] = pytest_in(folder, "times.json", *options)
        return told


def _rows(cases: list[tuple[str, int, int]], repeats: int) -> tuple[tuple[str, ...], ...]:
    """A row for each (name, objects, tests); plain and checked in turns."""
    rows = []
    first = 0.0
    for name, objects, tests in cases:
        plain, checked, late = [], [], []
        for _ in range(repeats):
            plain.append(statistics.median(_times(objects, tests)))
            times = _times(objects, tests, "--leakcheck")
            checked.append(statistics.median(times))
            late.append(statistics.median(times[-IN_MODULE:]))
        first = first or statistics.median(checked)
        rows.append(
            (
                name,
                spread(plain, ".0f"),
                spread(checked, ".0f"),
                spread(late, ".0f"),
                spread([one / first for one in checked]),
            )
        )
    return tuple(rows)


def ask(options: Options) -> Iterator[Table]:
    """Two tables: objects alive, and tests in the session, against microseconds of a test."""
    repeats = options.repeats(REPEATS)
    columns = ("plain, us", "checked, us", "the last 100, us", "checked, against the first row")
    note = (
        f"Processor time of an empty test's whole protocol, {repeats} processes a row, each by its",
        "median test.",
    )
    heaps = [*HEAPS, *([FULL_HEAP] if options.full else [])]
    yield Table(
        "A test, by objects alive",
        (*note, f"{TESTS} tests. Half of the objects are tuples, half numbers. Bar: 1.2."),
        ("objects", *columns),
        _rows([(f"{one:,}", one, TESTS) for one in heaps], repeats),
    )
    counts = [*COUNTS, *([FULL_COUNT] if options.full else [])]
    yield Table(
        "A test, by tests in the session",
        (*note, "Modules of 100 tests."),
        ("tests", *columns),
        _rows([(f"{one:,}", 0, one) for one in counts], repeats),
    )
