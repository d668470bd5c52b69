# SPDX-License-Identifier: MIT
"""A project's life with known leaks, in a git repository of its own."""

import re
import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

APP = """
_LOG = []
_BY_NAME = {}

def record(entry):
    _LOG.append([entry])

def register(name):
    _BY_NAME[len(_BY_NAME)] = [name]
"""
TESTS = """
import app, pytest

@pytest.mark.parametrize("size", [1], ids=["small"])
def test_record(size):
    app.record("x")

def test_register():
    app.register("y")

def test_nothing():
    pass
"""
STATUS = {0: "green", 1: "red"}


@pytest.fixture
def project(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\npythonpath = .\n")
    (pytester.path / ".gitignore").write_text("r.json\n__pycache__\n")
    return Project(pytester)


class Project:
    def __init__(self, pytester):
        self.path = pytester.path
        self.git("init", "-q", "-b", "main")

    def git(self, *words):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
        return subprocess.run(command, cwd=self.path, check=True, capture_output=True, text=True)

    def commit(self, app=None, tests=None):
        if app is not None:
            (self.path / "app.py").write_text(app)
        if tests is not None:
            (self.path / "test_app.py").write_text(tests)
        self.git("add", "-A")
        self.git("commit", "-qm", "change")

    def gate(self, *options):
        """(green or red, the lines of the summary that name a leak)"""
        words = ["pytest", "-p", "leakcheck.plugin", "-p", "no:cacheprovider", "--leakcheck"]
        done = self.run(*words, "--leakcheck-json=r.json", *options)
        named = re.findall(r"^(?:NEW|WORSE|KNOWN|FIXED|LEAK) .*", done.stdout, re.MULTILINE)
        return STATUS[done.returncode], named

    def baseline(self, verb):
        assert self.run("leakcheck", "baseline", verb, "r.json").returncode == 0

    def run(self, *words):
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def test_from_day_one_to_the_last_leak(project):
    # Day one: a suite that leaks is taken as it is.
    project.commit(APP, TESTS)
    assert project.gate()[0] == "red"
    project.baseline("update")
    project.commit()
    color, named = project.gate()
    assert (color, len(named)) == ("green", 1)
    assert named[0].startswith("KNOWN 2 leaks in 2 tests")

    # Lines move, a parameter and another test get other names: nothing changes.
    moved = '"""Moved."""\n\n\n' + APP
    changed = TESTS.replace("test_nothing", "test_nothing_at_all").replace("small", "tiny")
    changed = changed.replace("size", "length")
    project.commit(moved, "import os\n" + changed)
    assert project.gate("--leakcheck-strict") == ("green", named)

    # A commit adds a leak: it alone is new.
    worse = moved + "\n_SEEN = []\ndef look():\n    _SEEN.append(object())\n"
    project.commit(worse, changed + "\ndef test_look():\n    app.look()\n")
    color, lines = project.gate()
    assert color == "red"
    (line,) = [one for one in lines if one.startswith("NEW")]
    assert "test_app.py::test_look" in line
    assert named[0] in lines

    # It is taken out again and an old one is fixed: strict rules want it off the list.
    fixed = moved.replace("    _LOG.append([entry])", "    pass")
    project.commit(fixed, changed)
    color, lines = project.gate()
    assert color == "green"
    assert any(one.startswith("FIXED 1 leak") for one in lines)
    assert project.gate("--leakcheck-strict")[0] == "red"
    project.baseline("prune")
    project.commit()
    assert project.gate("--leakcheck-strict")[0] == "green"


def test_two_branches_lists_come_together(project):
    project.commit(APP, TESTS)
    project.gate()
    project.baseline("update")
    project.commit()
    for branch in ("left", "right"):
        project.git("checkout", "-q", "main")
        project.git("checkout", "-qb", branch)
        app = f"_KEPT = []\ndef {branch}():\n    _KEPT.append(object())\n"
        (project.path / f"{branch}.py").write_text(app)
        tests = f"import {branch}\ndef test_{branch}():\n    {branch}.{branch}()\n"
        (project.path / f"test_{branch}.py").write_text(tests)
        assert project.gate()[0] == "red"
        project.baseline("update")
        project.commit()
        assert project.gate()[0] == "green"
    project.git("merge", "-q", "left", "-m", "both")  # raises on a conflict
    color, named = project.gate("--leakcheck-strict")
    assert color == "green"
    assert named[0].startswith("KNOWN 4 leaks in 4 tests")
