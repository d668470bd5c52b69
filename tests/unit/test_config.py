# SPDX-License-Identifier: MIT
"""Settings refuse what can't be used, in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from leakcheck import _core
from leakcheck.config import DEFAULT_RATE, EXAMINED_RATE, Settings
from leakcheck.errors import UsageError


@pytest.mark.parametrize("name", ["rate", "max_time", "iterations", "seed"])
@pytest.mark.parametrize("value", [True, "1", [1]])
def test_what_is_no_number_is_refused_by_name_and_value(name: str, value: object) -> None:
    given: dict[str, Any] = {name: value}
    with pytest.raises(UsageError) as caught:
        Settings(**given)
    assert str(caught.value).startswith(f"leakcheck {name.replace('_', ' ')} must be ")
    assert f"not {value!r}" in str(caught.value)


@pytest.mark.parametrize("seed", [-1, 0, 10**30])
def test_any_whole_number_is_a_seed(seed: int) -> None:
    assert Settings(seed=seed).seed == seed


def test_growth_is_examined_at_the_rate_of_the_decision_machine() -> None:
    assert EXAMINED_RATE == _core.RATE_EXAMINED
    assert [Settings(rate=rate).examined for rate in (1, DEFAULT_RATE, 0.3, 0.01)] == [
        0.3,
        0.3,
        0.3,
        0.01,
    ]
