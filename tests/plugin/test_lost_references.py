# SPDX-License-Identifier: MIT
"""Reference counts of what a test's module names: a lost reference fails the test, others do not."""

import sys

import pytest

pytest_plugins = ["pytester"]

LOSES = """
import ctypes
lose = ctypes.pythonapi.Py_IncRef
lose.argtypes = [ctypes.py_object]
lose.restype = None
class Thing:
    pass
THING = Thing()
def test_loses_a_thing():
    lose(THING)
def test_loses_a_class():
    lose(Thing)
"""


def test_a_reference_lost_to_an_object_of_the_module_fails_the_test(run):
    done = run(LOSES)
    assert done.status == 1
    done.result.assert_outcomes(failed=2)
    done.result.stdout.fnmatch_lines(
        [
            "LEAK  test_it.py::test_loses_a_thing  +1 reference count/run*",
            "  whose      test test_it.py",
            "  counts     test_it.THING (test_it.Thing): +1 a run, *missing Py_DECREF?",
            "             called at test_it.py:9 in test_loses_a_thing: lose(THING)",
            "  counts     test_it.Thing (type): +1 a run, *missing Py_DECREF?",
            "*references lost to test_it.THING, by test_it.py:9",
            "LEAKED test_it.py::test_loses_a_thing - leaks 1 reference count a run at test*",
        ]
    )


COMES_AND_GOES = """
import itertools
class Thing:
    pass
THING = Thing()
SLOTS = [None] * 4
RUNS = itertools.count()
def test_fills_slots():
    for place in range(min(next(RUNS), 4)):
        SLOTS[place] = THING
def test_turns_slots():
    SLOTS[next(RUNS) % 4] = (THING, None)[next(RUNS) % 3 == 0]
def test_keeps_one(once=[]):
    SLOTS[0] = THING
def test_is_made_anew():
    global THING
    THING = Thing()
"""


@pytest.mark.parametrize("rate", ["0.3", "0.01"])
def test_references_that_come_and_go_are_clean(run, rate):
    done = run(COMES_AND_GOES, f"--leakcheck-rate={rate}")
    done.result.assert_outcomes(passed=4)
    for name in ("fills_slots", "turns_slots", "keeps_one", "is_made_anew"):
        assert done.verdict(f"test_{name}") == "clean"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="None has a count")
def test_what_is_immortal_has_no_count(run):
    done = run(LOSES.replace("lose(THING)", "lose(None)").replace("lose(Thing)", "lose(int)"))
    done.result.assert_outcomes(passed=2)
