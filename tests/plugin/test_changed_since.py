# SPDX-License-Identifier: MIT
"""--leakcheck-changed-since runs only what a change touches."""

import subprocess

import pytest

from leakcheck.gate.sessionfile import load

pytest_plugins = ["pytester"]


def git(folder, *words):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])
def test_only_the_tests_of_changed_files_run(run, pytester, workers):
    pytester.makepyfile(test_other="def test_same(): pass")
    plugins = ["xdist.plugin", "xdist.looponfail"] if workers else ()
    git(pytester.path, "init", "-q", "-b", "main")
    git(pytester.path, "add", "test_other.py")
    git(pytester.path, "commit", "-qm", "start")
    options = ("--leakcheck-changed-since=main", "--leakcheck-json=r.json")
    done = run("def test_it(): pass", *options, *workers, plugins=plugins)
    assert done.status == 0
    found = load(pytester.path / "r.json")
    assert [one.nodeid for one in found.tests] == ["test_it.py::test_it"]
    assert not found.whole


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])
def test_a_change_that_touches_no_test_is_green_and_no_test_at_all_is_not(run, pytester, workers):
    plugins = ["xdist.plugin", "xdist.looponfail"] if workers else ()
    git(pytester.path, "init", "-q", "-b", "main")
    source = "def test_it(): pass"
    pytester.makepyfile(test_it=source)
    git(pytester.path, "add", "test_it.py")
    git(pytester.path, "commit", "-qm", "start")
    done = run(source, "--leakcheck-changed-since=main", *workers, plugins=plugins)
    assert done.status == 0
    assert "leakcheck: 1 test left out, not touched since main" in done.out
    options = ("--leakcheck-changed-since=main", "-k", "nothing")
    assert run(source + "  # touched", *options, *workers, plugins=plugins).status == 5


def test_a_ref_that_git_does_not_know_stops_the_session(run, pytester):
    git(pytester.path, "init", "-q")
    done = run("def test_it(): pass", "--leakcheck-changed-since=main", here=True)
    assert done.status == 4
    assert "--leakcheck-changed-since: git merge-base says" in done.err
