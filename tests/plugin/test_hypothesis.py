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
