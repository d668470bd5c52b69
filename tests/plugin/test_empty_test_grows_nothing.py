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
