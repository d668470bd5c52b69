# SPDX-License-Identifier: MIT
"""Random inputs are new in each run, the same twice, and tell what is kept by them."""

from __future__ import annotations

pytest_plugins = ["pytester"]

SOURCE = """
import random
REGISTRY, FEW, KEPT, SEEN = {}, {}, [], []
def test_by_key():
    REGISTRY[random.random()] = [1]
def test_few_keys():
    FEW[random.randrange(20)] = [1]
def test_in_vain():
    random.random()
    KEPT.append([1])
def test_state_before():
    random.seed(3)
    SEEN.append(random.random())
def test_state_after():
    SEEN.append(random.random())
    random.seed(3)
    assert SEEN[:1] == [random.random()]
"""
STATE = """
import random
def test_seeds():
    random.seed(3)
def test_draws_much():
    random.random()
def test_goes_on():
    first = random.random()
    if not DONE:
        DONE.append(first)
        random.seed(3)
        assert [random.random(), random.random()][1] == first
DONE = []
"""


def test_what_is_kept_by_random_keys_leaks_and_the_report_says_so(run):
    done = run(SOURCE, "-k", "key or vain")
    assert done.verdict("test_by_key") == "leak"
    assert done.result_of("test_by_key")["input_keyed"] is True
    assert done.verdict("test_in_vain") == "leak"
    assert done.result_of("test_in_vain")["input_keyed"] is False
    assert done.verdict("test_few_keys") == "clean"
    done.result.stdout.fnmatch_lines(
        [
            "LEAK  test_it.py::test_by_key *",
            "  inputs     grows only while the random inputs are new; with the same ones in each run",
        ]
    )
    assert done.out.count("inputs   ") == 1


def test_repeating_tests_draws_none_of_the_sessions_random_numbers(run):
    run(STATE).result.assert_outcomes(passed=3)
