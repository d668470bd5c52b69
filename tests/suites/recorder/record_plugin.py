# SPDX-License-Identifier: MIT
"""A pytest plugin that writes one JSON line a report: node, phase, outcome, leakcheck's answer.

Given by `-p record_plugin --record FILE`, from a folder of its own on PYTHONPATH.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

SITES = 6
FRAMES = 12


def plain(value: Any) -> Any:
    """The value as JSON can hold it: records as dicts, sequences as lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def shortened(answer: Any) -> Any:
    """The answer without what a table does not need: further sites and outer frames."""
    if not isinstance(answer, dict):
        return answer
    sites = answer.get("sites")
    if isinstance(sites, list):
        answer["sites"] = sites[:SITES]
        for site in answer["sites"]:
            if isinstance(site, dict) and isinstance(site.get("frames"), list):
                site["frames"] = site["frames"][-FRAMES:]
    return answer


class Recorder:
    """Appends every report to a file as it comes, so that a broken run leaves what it did."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        row = {
            "node": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "xfail": hasattr(report, "wasxfail"),
            "part": type(report).__name__ != "TestReport",
            "seconds": round(report.duration, 4),
            "leakcheck": shortened(plain(getattr(report, "leakcheck", None))),
        }
        if report.outcome == "failed":
            row["error"] = str(report.longreprtext)[-1500:]
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()

    def pytest_unconfigure(self) -> None:
        self._file.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", metavar="FILE", help="write reports as JSON lines")
    parser.addoption("--order", type=int, default=0, help="seed of another order (0: the usual)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Another order: of modules, and of the classes and functions in each; fixtures stay whole."""
    seed = config.getoption("--order")
    if seed:
        random = Random(seed)
        ranks: dict[object, float] = {}

        def rank(item: pytest.Item) -> tuple[float, ...]:
            place = [node for node in item.listchain() if node.nodeid]
            return tuple(ranks.setdefault(node.nodeid, random.random()) for node in place)

        items.sort(key=rank)


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--record")
    if path and not hasattr(config, "workerinput"):  # Its reports come to the one who asked.
        config.pluginmanager.register(Recorder(Path(path)), "leakcheck-suite-recorder")
