# SPDX-License-Identifier: MIT
"""The lists that pytest keeps of other tests are not counted; those of the program are."""

import sys

import pytest

pytest_plugins = ["pytester"]

MANY = """
import pytest
@pytest.mark.parametrize("number", range(40))
def test_keeps_nothing(number, record_property):
    for name in range(100):
        record_property(str(name), number)
LIST = []
def test_appends():
    LIST.append(None)
"""


@pytest.mark.skipif(
    (3, 14) <= sys.version_info < (3, 14, 5),
    reason="nothing is set apart where halves of the old objects are told by a mark in each",
)
def test_records_of_ended_tests_add_nothing_to_the_references_counted(run):
    done = run(MANY)
    counts = [
        reading["references"]
        for name, found in done.found.items()
        if "keeps_nothing" in name
        for reading in found["readings"]
    ]
    assert len(counts) == 3 * 40
    # Each test leaves some 300 entries in lists of its reports.
    assert max(counts[30:]) - min(counts[30:]) < 1000


def test_a_leak_into_a_list_of_the_program_is_seen_after_many_tests(run):
    done = run(MANY)
    done.result.assert_outcomes(passed=40, failed=1)
    (found,) = (found for name, found in done.found.items() if "appends" in name)
    assert found["verdict"] == "leak"
    assert found["metric"] == "references"
