# SPDX-License-Identifier: MIT
"""Which filters the last warning was looked up in is in no reading."""

from __future__ import annotations

import subprocess
import sys
import warnings
from types import ModuleType
from typing import Any

import pytest

from leakcheck import _core

RUNS = 24


class Late:
    """A body that warns inside filters of its own, and in some runs once more behind them."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> None:
        self.runs += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.warn("in time", stacklevel=1)
        if self.runs % 3 == 0:
            warnings.warn("late", ResourceWarning, stacklevel=1)


def levels(body: Any) -> list[tuple[int, ...]]:
    """Blocks, objects and references of each reading, the first but one for the warm-up."""
    check = _core.Check(mode=_core.MODE_FIXED, iterations=RUNS)
    check.drive(body)
    return [reading[2:6] for reading in check.result()["readings"]]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_warning_that_comes_late_in_some_runs_moves_no_count() -> None:
    traced = levels(Late())[-8:]
    assert traced == traced[:1] * 8


def test_the_filters_of_the_program_are_what_they_were() -> None:
    before = warnings.filters
    copy = list(before)
    levels(lambda: None)
    assert warnings.filters is before
    assert list(before) == copy


def test_a_warning_of_the_program_is_shown_after_a_check_as_before_it() -> None:
    levels(lambda: None)
    with pytest.warns(UserWarning, match="still heard"):
        warnings.warn("still heard", UserWarning, stacklevel=1)


@pytest.mark.parametrize("what", [ModuleType("warnings"), object(), None])
def test_a_program_that_replaced_the_module_is_measured(
    what: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "warnings", what)  # type: ignore[arg-type]
    assert len(levels(lambda: None)) > 1


def test_filters_that_are_no_list_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    odd: Any = ()
    monkeypatch.setattr(warnings, "filters", odd)
    levels(lambda: None)
    assert warnings.filters is odd


@pytest.mark.skipif(sys.version_info < (3, 14), reason="filters of a context came with 3.14")
def test_filters_of_a_context_are_not_asked_for_a_warning_of_ours() -> None:
    script = """if True:
        import warnings
        from leakcheck import _core
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            check = _core.Check(mode=_core.MODE_FIXED, iterations=12)
            check.drive(lambda: None)
        print(len(told))
    """
    command = [sys.executable, "-X", "context_aware_warnings=1", "-c", script]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "0\n"
