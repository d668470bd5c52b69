# SPDX-License-Identifier: MIT
"""Every own case gets the right verdict, and every leak its line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import leakcheck
from tests.corpus import own, runner
from tests.corpus.cases import LEAK
from tests.corpus.judge import judge

CASES = own.all_cases()
LIBRARY = Path(leakcheck.__file__).resolve().parents[1]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_own_case_gets_its_verdict_and_line(case: own.OwnCase) -> None:
    told = runner.run_child(
        sys.executable, case.path, rate=0.1, max_time=20, timeout=60, library=LIBRARY
    )
    outcome = judge(told, case.expected, case.spots, project=case.path.name)
    assert outcome.right is True, f"{outcome.verdict}: {outcome.note}"
    if case.expected == LEAK:
        assert outcome.line is True, told["sites"]
    assert told["dropped"] == 0


def test_there_are_cases_of_both_sorts() -> None:
    leaks = [case for case in CASES if case.expected == LEAK]
    assert len(leaks) >= 15
    assert len(CASES) - len(leaks) >= 15
