# SPDX-License-Identifier: MIT
"""How many runs until a clean small test is settled?

Counts, not times. Each body is the first thing checked in a process of its own, so its warm-up
(caches, imports, specialised bytecode) is a real one.
"""

from __future__ import annotations

import dataclasses
import json
import re
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench.child import in_child
from tests.bench.figures import Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPEATS = 10


def nothing() -> None:
    """The empty test."""


def containers() -> None:
    """Lists, dicts and sets that come and go."""
    numbers = list(range(1000))
    assert len({n: str(n) for n in numbers}) == len(set(numbers))


def data_class() -> None:
    """A class made by each run, which only the cycle collector can free."""

    @dataclasses.dataclass
    class Point:
        x: int
        y: int = 0

    assert dataclasses.replace(Point(1), y=2) == Point(1, 2)


def formats() -> None:
    """json and re, with their caches."""
    assert json.loads(json.dumps({"a": [1, 2.5, None]}))["a"][1] == 2.5
    assert re.sub(r"(\d+)-(\d+)", r"\2-\1", "10-20") == "20-10"


def error() -> None:
    """An exception with its traceback."""
    try:
        BODIES["missing"]
    except KeyError as caught:
        text = traceback.format_exception(caught)
    assert "KeyError: 'missing'" in text[-1]


def file() -> None:
    """A file written and read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "text")
        path.write_text("some text\n", encoding="utf-8")
        assert path.read_text(encoding="utf-8").split() == ["some", "text"]


BODIES: Final[dict[str, Callable[[], None]]] = {
    "empty": nothing,
    "containers": containers,
    "dataclass made in the test": data_class,
    "json and re": formats,
    "exception": error,
    "temporary file": file,
}


def one_process(body: str, seed: int) -> dict[str, Any]:
    """The runs of one check, by phase, and its verdict."""
    from leakcheck.config import Settings
    from leakcheck.measure.protocol import check_callable

    result = check_callable(BODIES[body], Settings(seed=seed))
    warm = [reading.runs for reading in result.readings if reading.phase.value == "warm-up"]
    return {"warm": warm[-1], "runs": result.runs, "verdict": result.verdict.value}


def ask(options: Options) -> Iterator[Table]:
    """One table: bodies against runs."""
    rows = []
    for body in BODIES:
        seen = [
            in_child("tests.bench.settle", "one_process", body=body, seed=seed)
            for seed in range(1, options.repeats(REPEATS) + 1)
        ]
        rows.append(
            (
                body,
                spread([one["warm"] for one in seen], "g"),
                spread([one["runs"] for one in seen], "g"),
                ", ".join(sorted({one["verdict"] for one in seen})),
            )
        )
    yield Table(
        "Runs until a clean body is settled, at the default rate",
        (
            f"Median (least to most) over {options.repeats(REPEATS)} processes with different",
            "seeds. Bar: 15 runs in all.",
        ),
        ("body", "warm-up", "runs in all", "verdict"),
        tuple(rows),
    )
