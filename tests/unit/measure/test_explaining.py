# SPDX-License-Identifier: MIT
"""What can't be told about a leak costs neither the verdict nor the session."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from leakcheck.config import Settings
from leakcheck.measure import able, explaining, further, growing, holding, protocol
from leakcheck.measure.explaining import told
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Result, Verdict
from leakcheck.report.terminal import Style, render
from tests.unit.unchecked import MEASURES

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the blocks is found in time, however starved the machine is."""
    monkeypatch.setattr(explaining, "MAX_SECONDS", 600.0)


def test_what_is_said_comes_back() -> None:
    assert told(lambda: 1, 2) == 1


def test_what_raises_is_a_warning_that_names_the_fault() -> None:
    with pytest.warns(RuntimeWarning, match="ZeroDivisionError.*the verdict stands"):
        assert told(lambda: 1 // 0, 2) == 2


@MEASURES
def test_a_leak_whose_objects_can_not_be_read_is_still_a_leak(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> object:
        raise AttributeError("__flags__")

    monkeypatch.setattr(explaining, "kept", fails)
    kept: list[object] = []
    with pytest.warns(RuntimeWarning, match="AttributeError: __flags__"):
        result = check_callable(lambda: kept.append(object()), Settings())
    assert result.verdict is Verdict.LEAK
    assert result.sites
    assert result.containers


KEPT: list[object] = []


@MEASURES
@pytest.mark.parametrize(
    ("at", "name", "says"),
    [
        (holding, "load_core", holding.CUT),
        (explaining, "MAX_SECONDS", explaining.UNASKED),
    ],
)
def test_a_search_that_has_no_time_says_so(
    monkeypatch: pytest.MonkeyPatch, at: ModuleType, name: str, says: str
) -> None:
    def hasty() -> object:
        def holders(*objects: object, **named: object) -> object:
            return able.load_core().holders(*objects, **(named | {"max_seconds": 1e-9}))  # type: ignore[arg-type]

        return SimpleNamespace(holders=holders)

    monkeypatch.setattr(at, name, hasty if name == "load_core" else 1e-9)
    try:
        result = check_callable(lambda: KEPT.append([object()]), Settings())
    finally:
        KEPT.clear()
    assert result.verdict is Verdict.LEAK
    assert says in result.unexplained
    assert f"  cut off    {says}" in render(
        result, test="t", root=Path.cwd(), reproduce="", style=Style(unicode=False)
    )


def test_what_was_unexplained_before_objects_were_asked_is_still_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(explaining, "kept", lambda *_: ((), 0, False))
    result = Result(Verdict.LEAK, "it grew", unexplained=("said before",))
    check = SimpleNamespace(owners=lambda _seconds: None)
    found = explaining.with_objects(check, {"sites": []}, result, None)  # type: ignore[arg-type]
    assert found.unexplained == ("said before", explaining.UNASKED)


@MEASURES
def test_a_check_without_time_left_says_that_it_did_not_ask_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late: list[float] = [0.0]
    counts, clock = growing.Recount.found, protocol.now

    def found(recount: growing.Recount) -> dict[str, object]:
        late[0] = 1e6
        return counts(recount)

    monkeypatch.setattr(growing.Recount, "found", found)
    monkeypatch.setattr(protocol, "now", lambda: clock() + late[0])
    try:
        result = check_callable(lambda: KEPT.append([random.random()]), Settings())
    finally:
        KEPT.clear()
    assert result.verdict is Verdict.LEAK
    assert result.containers
    assert further.NO_TIME in result.unexplained
