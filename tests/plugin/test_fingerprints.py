# SPDX-License-Identifier: MIT
"""A leak is known by its fingerprint in each test, each session and after edits elsewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys

pytest_plugins = ["pytester"]

LEAKS = """
import pytest
class Bus:
    def __init__(self):
        self.handlers = []
        self.log = []
BUS = Bus()
def publish(text, how):
    if how == "handler":
        BUS.handlers.append([text])
    if how == "log":
        BUS.log.append([text])
    if how == "other handler":
        BUS.handlers.append((text, len(BUS.handlers)))
@pytest.mark.parametrize("text", ["a", "b"])
def test_handler(text):
    publish(text, "handler")
def test_log():
    publish("x", "log")
def test_other():
    publish("x", "other handler")
"""
EDITED = (
    LEAKS.replace("def publish", "# A comment.\ndef unrelated():\n    return 1\n\ndef publish")
    .replace("BUS.handlers.append([text])", "# Why.\n        BUS.handlers.append( [text] )  # so")
    .replace("self.log", "self.more = {}\n        self.log")
    .replace('"x", "log"', '"another text", "log"')
)


def fingerprints(done):
    return {name.rpartition("::")[2]: one["fingerprint"] for name, one in done.found.items()}


def test_a_fingerprint_outlives_edits_parameters_order_and_the_process(run):
    first = fingerprints(run(LEAKS))
    assert all(re.fullmatch("LC-[0-9a-f]{10}", one) for one in first.values())
    assert fingerprints(run(EDITED)) == first
    alone = fingerprints(run(LEAKS, "test_it.py::test_log", "test_it.py::test_handler[b]"))
    assert alone == {name: first[name] for name in ("test_log", "test_handler[b]")}
    assert first["test_handler[a]"] == first["test_handler[b]"]


def test_different_causes_in_one_function_have_different_fingerprints(run):
    assert len(set(fingerprints(run(LEAKS)).values())) == 3


def test_the_report_says_the_fingerprint_also_where_it_points_to_another(run):
    done = run(LEAKS, "-k", "handler")
    (one,) = set(fingerprints(done).values())
    assert done.out.count(f"  fingerprint {one}\n") == 2


def test_a_test_that_shows_a_known_leak_beside_its_own_has_the_known_cause(run):
    both = "def test_both():\n    publish('y', 'log')\n    publish('y', 'handler')\n"
    found = fingerprints(run(LEAKS + both, "-k", "handler or both"))
    assert found["test_both"] == found["test_handler[a]"]


def test_what_does_not_leak_has_none(run):
    assert fingerprints(run("def test_it():\n    pass")) == {"test_it": None}


def test_the_command_line_and_any_import_mode_know_a_leak_by_the_same(run, pytester):
    first = fingerprints(run(LEAKS, "-k", "log"))
    assert fingerprints(run(LEAKS, "-k", "log", "--import-mode=importlib")) == first
    done = subprocess.run(
        [sys.executable, "-m", "leakcheck", "run", "test_it.py::test_log", "--json"],
        cwd=pytester.path,
        capture_output=True,
        check=False,
    )
    assert json.loads(done.stdout)["result"]["fingerprint"] == first["test_log"]
