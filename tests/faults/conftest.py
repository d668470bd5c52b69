# SPDX-License-Identifier: MIT
"""Sessions in which something goes wrong, and what must hold after each of them."""

from __future__ import annotations

import json
import sys

import pytest

from tests.plugin.conftest import WITNESS, Run, read

SECONDS = 120
"""After so long a session hangs."""

AFTER = """


KEPT_AFTER = []


def test_after_leaks():
    KEPT_AFTER.append(object())


def test_after_clean():
    assert sorted([3, 1, 2]) == [1, 2, 3]
"""
"""Tests behind the fault: whoever still sees one leak and no other is whole."""

LEFT = """
import gc, json, pathlib
FILE = pathlib.Path(__file__).with_name("left.json")
def pytest_unconfigure(config):
    from leakcheck import _core
    kept = []
    check = _core.Check(mode=_core.MODE_FIXED, iterations=12)
    check.drive(lambda: kept.append(object()))
    left = {"frozen": gc.get_freeze_count(), "sites": len(check.result()["sites"])}
    FILE.write_text(json.dumps(left))
"""
"""When the session has ended, another check can begin, sees, and finds nothing frozen."""

FROZEN_AT_START = 1000
"""More objects than CPython 3.12 freezes by itself."""


@pytest.fixture
def faulty(pytester, monkeypatch):
    """Run pytest --leakcheck over a file with a fault in it, and see that the rest is whole."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "PYTHONMALLOC", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)

    def start(source, *options, python=(), env=None, ends=False, plugins=()):
        """`python`: options of the interpreter; `ends`: the fault ends the session."""
        pytester.makepyfile(test_it=source + ("" if ends else AFTER), witness=WITNESS, left=LEFT)
        pytester.makeini("[pytest]\n")
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        words = ["-p", "no:cacheprovider"]
        for plugin in ("witness", "left", "leakcheck.plugin", *plugins):
            words += ["-p", plugin]
        command = (sys.executable, *python, "-m", "pytest", *words, "--leakcheck", *options)
        found = Run(
            pytester.run(*command, timeout=SECONDS), read(pytester.path / "witnessed.jsonl")
        )
        assert "INTERNALERROR" not in found.out + found.err
        assert "Fatal Python error" not in found.err
        if not ends:
            assert found.verdict("test_after_leaks") == "leak", found.out
            assert found.verdict("test_after_clean") == "clean", found.out
            left = json.loads((pytester.path / "left.json").read_text())
            assert left["sites"] > 0
            assert left["frozen"] < FROZEN_AT_START
        return found

    return start
