# SPDX-License-Identifier: MIT
"""What can't be told about a leak costs neither the verdict nor the session."""

from __future__ import annotations

import pytest

from leakcheck.config import Settings
from leakcheck.measure import protocol
from leakcheck.measure.explaining import told
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Verdict
from tests.unit.unchecked import MEASURES


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

    monkeypatch.setattr(protocol, "kept", fails)
    kept: list[object] = []
    with pytest.warns(RuntimeWarning, match="AttributeError: __flags__"):
        result = check_callable(lambda: kept.append(object()), Settings())
    assert result.verdict is Verdict.LEAK
    assert result.sites
    assert result.containers
