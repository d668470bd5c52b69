# SPDX-License-Identifier: MIT
"""Property tests are repeated with the same few examples, and their settings left as they were."""

import pytest

pytest.importorskip("hypothesis")
pytest_plugins = ["pytester"]

SOURCE = """
import unittest, pytest
from hypothesis import given, settings, strategies as st
KEPT = []

@given(st.integers())
@settings(max_examples=37)
def test_function(n):
    assert n == n

class TestClass:
    @given(st.lists(st.integers()))
    def test_method(self, xs):
        assert sorted(xs) == sorted(xs, reverse=True)[::-1]

class Case(unittest.TestCase):
    @given(st.integers())
    def test_case(self, n):
        assert n + 0 == n

@pytest.mark.leakcheck(iterations=24)
@given(st.booleans())
@settings(max_examples=2)
def test_leaks(b):
    KEPT.append(object())

def test_settings_are_back():
    assert test_function._hypothesis_internal_use_settings.max_examples == 37
    assert not test_function._hypothesis_internal_use_settings.derandomize
"""


def test_property_tests_are_measured_without_a_false_alarm(run):
    done = run(SOURCE, "--leakcheck-max-time=60", plugins=["_hypothesis_pytestplugin"])
    verdicts = {key.rpartition("::")[2]: value["verdict"] for key, value in done.found.items()}
    assert verdicts.pop("test_leaks") == "leak"
    assert verdicts.pop("test_settings_are_back") == "clean"
    assert set(verdicts) == {"test_function", "test_method", "test_case"}
    assert set(verdicts.values()) == {"clean"}
    done.result.assert_outcomes(passed=4, failed=1)


STRATEGIES = """
import collections, pytest, unittest
from hypothesis import HealthCheck, assume, example, given, settings, strategies as st, target
from hypothesis.database import InMemoryExampleDatabase

class Counting(InMemoryExampleDatabase):
    writes = 0
    def save(self, key, value):
        Counting.writes += 1
        super().save(key, value)
    def delete(self, key, value):
        Counting.writes += 1
        super().delete(key, value)

DATABASE = Counting()

@st.composite
def pairs(draw):
    low = draw(st.integers())
    return low, draw(st.integers(min_value=low))

@given(pairs())
def test_composite(pair):
    assert pair[0] <= pair[1]

@given(st.data())
def test_data(data):
    data.draw(st.lists(st.text(max_size=3), max_size=3))

@given(st.text())
@example("x")
def test_example(text):
    assume(len(text) < 10)

@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.floats(allow_nan=False))
def test_with_fixture(tmp_path, number):
    assert tmp_path.is_dir()

class TestIt:
    @pytest.mark.parametrize("letter", "ab")
    @given(st.sampled_from([1, 2]))
    def test_method(self, letter, number):
        assert number

class Case(unittest.TestCase):
    @given(st.integers())
    def test_case(self, number):
        self.assertEqual(number, number)

WRITES = {"own": -1, "repeated": 0}

@pytest.fixture
def counted():
    before = Counting.writes
    yield
    if WRITES["own"] < 0:
        WRITES["own"] = Counting.writes - before
    else:
        WRITES["repeated"] += Counting.writes - before

@settings(database=DATABASE, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 1000))
def test_writes_in_its_own_run(counted, number):
    target(float(number))

def test_all_that_was_written():
    assert WRITES["own"] > 0
    assert WRITES["repeated"] == 0
"""


def test_strategies_of_all_kinds_grow_nothing_and_write_nothing(run):
    done = run(STRATEGIES, "--leakcheck-max-time=60", plugins=["_hypothesis_pytestplugin"])
    done.result.assert_outcomes(passed=9)
    assert {value["verdict"] for value in done.found.values()} == {"clean"}
    assert len(done.found) == 9
