# SPDX-License-Identifier: MIT
"""The harness leaves nothing: over 1,000 runs an empty test grows by 0 blocks, exactly."""

import pytest

pytest_plugins = ["pytester"]

EMPTY = {
    "function": "def test_it(): pass",
    "method": "class TestIt:\n    def test_it(self): pass",
    "case": "import unittest\nclass Case(unittest.TestCase):\n    def test_it(self): pass",
    "fixture": "import pytest\n@pytest.fixture\ndef f(): yield\ndef test_it(f): pass",
    "monkeypatch": "def test_it(monkeypatch): monkeypatch.setenv('A', '1')",
    "caplog": "def test_it(caplog): pass",
    "capsys": "def test_it(capsys): pass",
}


@pytest.mark.parametrize("kind", EMPTY)
def test_a_thousand_runs_grow_nothing(run, kind):
    done = run(EMPTY[kind], "--leakcheck-iterations=1000")
    found = done.result_of("test_it")
    assert found["verdict"] == "clean"
    traced = [r["blocks"] for r in found["readings"] if r["phase"] == "trace"]
    assert len(traced) > 3
    assert {blocks - traced[0] for blocks in traced} == {0}


FIRST = {
    "parameters": "import pytest\nclass TestIt:\n    @pytest.mark.parametrize('a', [1, 2])\n"
    "    def test_it(self, a): pass",
    "frames": "import sys\ndef test_it():\n    frame = sys._getframe()\n"
    "    while frame is not None: frame = frame.f_back",
    "case": EMPTY["case"],
}


@pytest.mark.parametrize("kind", FIRST)
def test_already_the_first_run_moves_no_counter(run, kind):
    done = run(FIRST[kind])
    for found in done.found.values():
        first, second = found["readings"][:2]
        assert (first["runs"], second["runs"]) == (0, 1)
        same = {name: first[name] for name in ("blocks", "references", "counts")}
        assert {name: second[name] for name in same} == same
        assert found["runs"] == 3
    assert done.found
