# SPDX-License-Identifier: MIT
"""A test's own run is torn down before the repeated ones: nobody misses anything of it."""

import re

import pytest

pytest_plugins = ["pytester"]

LOOKS_BACK = """
import pytest

@pytest.fixture
def yielded():
    told = []
    yield told
    assert told == ["by the body"]

@pytest.fixture
def finalized(request):
    told = []
    request.addfinalizer(lambda: told.remove("by the body"))
    return told

def test_yielded(yielded):
    yielded.append("by the body")

def test_finalized(finalized):
    finalized.append("by the body")

class TestOldStyle:
    def setup_method(self):
        self.told = []
    def teardown_method(self):
        assert self.told == ["by the body"]
    def test_old_style(self):
        self.told.append("by the body")
"""


WATCHES = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        report.sections.append(("page", item.funcargs["page"].source()))
    return report
"""

WATCHED = """
import pytest
COUNT = {"made": 0, "closed": 0, "loaded": 0}

class Page:
    def __init__(self):
        COUNT["made"] += 1
        self.text = None
    def load(self, text):
        COUNT["loaded"] += 1
        self.text = text
    def source(self):
        return f"page {COUNT['made']} of {COUNT['closed']} closed: {self.text}"

@pytest.fixture
def page():
    made = Page()
    yield made
    assert made.text
    made.text = None
    COUNT["closed"] += 1

def test_page(page):
    page.load("hello")

def test_leaks(page):
    page.load("hello")
    KEPT.append(object())

KEPT = []
"""


def test_who_looks_at_a_test_after_its_body_finds_it_set_up_and_run(run, pytester):
    (pytester.path / "conftest.py").write_text(WATCHES)
    done = run(WATCHED, "-rP")
    done.result.assert_outcomes(passed=1, failed=1)
    runs = done.result_of("test_page")["runs"]
    # The own run, the repeated ones, and the one that is looked at.
    done.result.stdout.fnmatch_lines([f"page {runs + 2} of {runs + 1} closed: hello"])
    made, closed = re.findall(r"^page (\d+) of (\d+) closed: hello$", done.out, re.MULTILINE)[0]
    assert int(made) > int(closed) > runs + 2


OWN_TEAR_DOWN = """
import logging, sys
import pytest

@pytest.fixture
def talks(caplog):
    print("hello of the set-up")
    yield
    # A phase of its own, as caplog sees it.
    assert caplog.records == [] and caplog.text == ""
    assert [one.getMessage() for one in caplog.get_records("call")] == ["in the body"]
    print("good-bye")
    print("good-bye, too", file=sys.stderr)
    logging.getLogger().warning("gone")

def test_talks(talks):
    print("hello of the body")
    logging.getLogger().warning("in the body")

@pytest.fixture
def silent():
    yield

def test_silent(silent):
    pass

@pytest.fixture
def breaks():
    yield
    print("about to break")
    raise OSError("will not close")

def test_breaks(breaks):
    print("hello before it breaks")
"""


def test_what_tear_downs_print_and_log_is_reported_as_without_us(run):
    def told(done):
        lines = done.out.splitlines()
        start = next(i for i, line in enumerate(lines) if "= ERRORS =" in line)
        ends = ("= leakcheck =", "3 passed, 1 error in")
        end = next(i for i, line in enumerate(lines) if any(one in line for one in ends))
        return lines[start:end]

    done = run(OWN_TEAR_DOWN, "-rP", "--tb=line")
    assert done.verdict("test_talks") == done.verdict("test_silent") == "clean"
    plain = run(OWN_TEAR_DOWN, "-rP", "--tb=line", flag=False, leakcheck=False)
    assert told(done) == told(plain)
    assert "good-bye, too" in told(done)


@pytest.mark.parametrize("watching", ["", "def pytest_runtest_teardown(item): item.funcargs"])
def test_a_fixture_may_look_back_at_what_the_body_did(run, pytester, watching):
    (pytester.path / "conftest.py").write_text(watching)
    done = run(LOOKS_BACK)
    for name in ("test_yielded", "test_finalized", "test_old_style"):
        assert done.verdict(name) == "clean"
    done.result.assert_outcomes(passed=3)
