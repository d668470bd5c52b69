# SPDX-License-Identifier: MIT
"""Whole pytest runs in their own process: what the user types, and what comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

# Writes each result that a report carries, as a reader of reports would get it.
WITNESS = """
import json, pathlib
FILE = pathlib.Path(__file__).with_name("witnessed.jsonl")
def pytest_runtest_logreport(report):
    found = getattr(report, "leakcheck", None)
    if found is not None:
        with FILE.open("a") as file:
            file.write(json.dumps([report.nodeid, report.outcome, found]) + "\\n")
"""


@dataclass(frozen=True)
class Run:
    """One finished pytest run."""

    result: pytest.RunResult
    found: dict[str, dict]

    @property
    def status(self):
        return self.result.ret

    @property
    def out(self):
        return self.result.stdout.str()

    @property
    def err(self):
        return self.result.stderr.str()

    def verdict(self, test):
        return self.result_of(test)["verdict"]

    def reason(self, test):
        return self.result_of(test)["reason"]

    def result_of(self, test):
        """The one result whose node id ends with `test`."""
        (one,) = [value for key, value in self.found.items() if key.endswith(f"::{test}")]
        return one


def read(seen):
    """What the witness wrote, by the ids of the tests."""
    lines = seen.read_text().splitlines() if seen.exists() else []
    return {nodeid: value for nodeid, _, value in map(json.loads, lines)}


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest over one file; only the named plugins and leakcheck are loaded.

    In a process of its own, because what is measured is a process; `here` saves the second that
    one takes to start, for runs that must end before anything is measured.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.delenv("PYTHONMALLOC", raising=False)
    # A run that we start is no worker, even where ours is.
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID"):
        monkeypatch.delenv(name, raising=False)

    def start(source, *options, plugins=(), ini="", flag=True, leakcheck=True, here=False):
        pytester.makepyfile(test_it=source, witness=WITNESS)
        pytester.makeini(f"[pytest]\n{ini}")
        seen = pytester.path / "witnessed.jsonl"
        seen.unlink(missing_ok=True)
        words = ["-p", "no:cacheprovider", "-p", "witness"]
        if leakcheck:
            words += ["-p", "leakcheck.plugin"]
        for plugin in plugins:
            words += ["-p", plugin]
        if flag and leakcheck:
            words.append("--leakcheck")
        if here:
            pytester.syspathinsert()
            result = pytester.runpytest_inprocess(*words, *options)
        else:
            result = pytester.runpytest_subprocess(*words, *options, timeout=120)
        return Run(result, read(seen))

    return start
