# SPDX-License-Identifier: MIT
"""--leakcheck-html: a page with what was found, or a sentence before any test runs."""

import pytest

from leakcheck.gate.sessionfile import load
from leakcheck.html.page import html

pytest_plugins = ["pytester"]

SOURCE = """
KEPT = []
def test_clean(): pass
def test_leaks(): KEPT.append(bytearray(300))
"""


def test_the_page_is_that_of_the_file_of_results(run, pytester):
    done = run(SOURCE, "--leakcheck-html=out/page.html", "--leakcheck-json=session.json")
    text = (pytester.path / "out" / "page.html").read_text()
    assert done.status == 1
    assert text == html(load(pytester.path / "session.json"))
    assert "<mark>bytearray(300)</mark>" in text


def test_it_is_written_with_workers_too(run, pytester):
    run(SOURCE, "--leakcheck-html=page.html", "-n2", plugins=["xdist.plugin", "xdist.looponfail"])
    text = (pytester.path / "page.html").read_text()
    assert '<h1 class="bad">1 leak fails</h1>' in text


@pytest.mark.parametrize("path", ["", ".", "test_it.py/page.html"])
def test_a_page_that_cannot_be_written_stops_the_session_at_its_start(run, path):
    done = run(SOURCE, f"--leakcheck-html={path}", here=True)
    assert done.status == 4
    assert "--leakcheck-html can't write a file at" in done.err
    assert "passed" not in done.out


def test_one_path_for_both_files_is_refused(run):
    done = run(SOURCE, "--leakcheck-html=a.out", "--leakcheck-json=./a.out", here=True)
    assert done.status == 4
    assert "name the same file" in done.err


def test_without_jinja2_it_is_refused_before_any_test_runs(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: None)
    done = run(SOURCE, "--leakcheck-html=page.html", here=True)
    assert done.status == 4
    assert 'pip install "pytest-leakcheck[html]"' in done.err
    assert "passed" not in done.out
