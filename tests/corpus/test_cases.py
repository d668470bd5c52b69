# SPDX-License-Identifier: MIT
"""A case is checked where it says, or on the one interpreter that was asked for."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tests.corpus import cases

HERE = platform.python_version()
NOWHERE = "2.0"


def case(**about: object) -> cases.Case:
    usual = {"package": "click", "bad": "1", "fixed": "2", "kind": "leak", "python": NOWHERE}
    return cases.Case("made", Path("made"), usual | about)


def told(one: cases.Case, on: str | None = None) -> list[tuple[str, str, str]]:
    cells, missing = cases.targets(one, 0.1, 0.01, on)
    assert not missing
    return [(cell.role, cell.on.version, cell.expected) for cell in cells]


def test_an_interpreter_that_is_not_here_is_remarked() -> None:
    assert cases.targets(case(), 0.1, 0.01) == (
        [],
        [f"made: no CPython {NOWHERE} on this machine"] * 2,
    )


def test_each_release_is_checked_on_the_interpreter_that_is_asked_for() -> None:
    expected = [("bad", HERE, cases.LEAK), ("fixed", HERE, cases.QUIET)]
    assert told(case(), HERE) == told(case(python=HERE)) == expected


def test_a_trap_is_checked_there_too() -> None:
    trap = case(package="cpython", kind="trap", extra_pythons=[NOWHERE, NOWHERE])
    assert told(trap, HERE) == [("trap", HERE, cases.QUIET)]


@pytest.mark.parametrize("fixed", ["", NOWHERE])
def test_of_a_fault_of_cpythons_nothing_is_expected_on_another_version(fixed: str) -> None:
    fault = case(package="cpython", bad=NOWHERE, fixed=fixed, kind="leak-cpython")
    assert told(fault, HERE) == [("other", HERE, cases.EITHER)]
