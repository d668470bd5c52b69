# SPDX-License-Identifier: MIT
"""Is it the body that leaks, its fixtures, or what repeats the test? Each is measured apart."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

FIXTURES = """
import pytest
KEPT, OTHERS = [], []
@pytest.fixture
def leaks():
    KEPT.append([1])
def test_by_fixture(leaks):
    pass
def test_by_body():
    KEPT.append([1])
@pytest.fixture
def leaks_one():
    OTHERS.append(object())
def test_by_both(leaks_one):
    OTHERS.append(object())
"""
NEEDS_THE_BODY = """
import pytest
KEPT, PENDING = [], []
@pytest.fixture
def order():
    assert not PENDING
    PENDING.append(1)
def test_it(order):
    PENDING.clear()
    KEPT.append([1])
def test_after():
    pass
"""
OUR_LOOP_LEAKS = """
from leakcheck.pytest_plugin import rerun
KEPT = []
class Leaking(rerun.Cycle):
    def down(self):
        super().down()
        KEPT.append(object())
rerun.Cycle = Leaking
class TestClass:
    def test_one(self):
        pass
def test_two(tmp_path):
    pass
"""
AUTOUSE = """
import unittest, pytest
KEPT = []
@pytest.fixture(autouse=True)
def leaks():
    KEPT.append([1])
@pytest.fixture(autouse=True, scope="class")
def once():
    yield
class TestClass:
    def test_method(self, tmp_path, capsys):
        pass
class Case(unittest.TestCase):
    def test_case(self):
        KEPT.append([1])
"""


def test_growth_without_the_body_is_told_from_growth_of_the_body(run):
    done = run(FIXTURES)
    rates = {key.rpartition("::")[2]: one["rate"] for key, one in done.found.items()}
    alone = {key.rpartition("::")[2]: one["without_body"] for key, one in done.found.items()}
    assert rates == {"test_by_fixture": 2, "test_by_body": 2, "test_by_both": 2}
    assert alone["test_by_fixture"] == pytest.approx(2, abs=0.2)
    assert alone["test_by_body"] == 0
    assert alone["test_by_both"] == pytest.approx(1, abs=0.2)
    done.result.stdout.fnmatch_lines(
        [
            "  fixtures   it grows without the test's body: its fixtures keep it",
            "  fixtures   it grows without the test's body, 1* a run: its fixtures keep it",
        ]
    )
    assert done.out.count("fixtures   it grows") == 2


def test_fixtures_that_need_the_body_leave_the_leak_as_it_is(run):
    done = run(NEEDS_THE_BODY)
    done.result.assert_outcomes(failed=1, passed=1)
    assert done.verdict("test_it") == "leak"
    assert done.result_of("test_it")["without_body"] is None


def test_where_an_empty_test_grows_nothing_is_believed(run):
    done = run(OUR_LOOP_LEAKS)
    done.result.assert_outcomes(passed=2)
    assert done.status == pytest.ExitCode.NO_TESTS_COLLECTED
    assert {one["verdict"] for one in done.found.values()} == {"not measured"}
    done.result.stdout.fnmatch_lines(
        ["NOT MEASURED 2 tests: leakcheck's own loop leaks here: an empty test grows by 1 block*"]
    )


def test_what_the_projects_own_fixtures_keep_is_not_blamed_on_the_loop(run):
    done = run(AUTOUSE)
    assert done.verdict("test_method") == "leak"
    assert done.verdict("test_case") == "leak"
    done.result.assert_outcomes(failed=2)
