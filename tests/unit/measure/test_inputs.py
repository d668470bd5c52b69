# SPDX-License-Identifier: MIT
"""Random inputs go on from run to run, are the same twice, and leave the program's alone."""

from __future__ import annotations

import random
import sys
from types import SimpleNamespace

import pytest

from leakcheck.config import Settings
from leakcheck.measure.inputs import Inputs, kept_chance
from leakcheck.measure.protocol import StepwiseCheck, check_callable
from leakcheck.model import Metric, Verdict
from tests.unit.unchecked import MEASURES

SETTINGS = Settings(max_time=60)


@MEASURES
def test_what_is_kept_by_a_random_key_is_a_leak_and_input_keyed() -> None:
    registry: dict[float, list[int]] = {}

    def keyed() -> None:
        registry[random.random()] = [1]

    said = check_callable(keyed, SETTINGS)
    assert said.verdict is Verdict.LEAK
    assert said.input_keyed is True


@MEASURES
def test_a_leak_that_draws_numbers_in_vain_is_not_input_keyed() -> None:
    kept: list[object] = []

    def vain() -> None:
        random.random()
        kept.append([])

    said = check_callable(vain, SETTINGS)
    assert said.verdict is Verdict.LEAK
    assert said.input_keyed is False


@MEASURES
def test_a_leak_without_random_numbers_costs_no_series() -> None:
    kept: list[object] = []
    said = check_callable(lambda: kept.append([]), SETTINGS)
    assert said.verdict is Verdict.LEAK
    assert said.input_keyed is None


@MEASURES
def test_references_that_grow_are_counted_in_the_series_too() -> None:
    kept: list[None] = []

    def vain() -> None:
        random.random()
        kept.append(None)

    said = check_callable(vain, SETTINGS)
    assert said.metric is Metric.REFERENCES
    assert said.input_keyed is False


@MEASURES
def test_few_keys_are_clean() -> None:
    registry: dict[int, list[int]] = {}

    def few() -> None:
        registry[random.randrange(20)] = [1]

    assert check_callable(few, SETTINGS).verdict is Verdict.CLEAN


@MEASURES
def test_the_programs_random_numbers_go_on_as_if_nothing_had_happened() -> None:
    random.seed(5)
    wanted = [random.random() for _ in range(3)]
    random.seed(5)
    first = random.random()
    check_callable(random.random, SETTINGS)
    assert [first, random.random(), random.random()] == wanted


@MEASURES
def test_a_check_that_fails_puts_them_back_too() -> None:
    state = random.getstate()

    def fails() -> None:
        raise LookupError(random.random())

    with pytest.raises(LookupError):
        check_callable(fails, SETTINGS)
    assert random.getstate() == state
    check = StepwiseCheck(SETTINGS)
    check.close()
    check.close()
    assert random.getstate() == state


@pytest.mark.parametrize("seed", [0, 1, -7, 2**40])
def test_the_same_seed_draws_the_same_numbers(seed: int) -> None:
    def drawn() -> list[float]:
        inputs = Inputs(seed)
        try:
            return [random.random() for _ in range(5)]
        finally:
            inputs.close()

    assert drawn() == drawn()


def test_a_replaced_seed_function_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = Inputs(1)
    first = random.random()
    monkeypatch.setattr(random, "seed", lambda *_: None)
    inputs.again()
    assert random.random() == first
    inputs.close()


def test_the_legacy_state_of_numpy_is_seeded_and_restored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[object] = []
    numpy = SimpleNamespace(
        get_state=lambda: ("MT19937", len(calls)),
        set_state=calls.append,
        seed=calls.append,
    )
    monkeypatch.setitem(sys.modules, "numpy.random", numpy)  # type: ignore[arg-type]
    inputs = Inputs(2**32 + 3)
    inputs.again()
    inputs.close()
    assert calls == [3, 3, ("MT19937", 0)]


def test_drawn_says_whether_numbers_were_drawn() -> None:
    inputs = Inputs(1)
    assert not inputs.drawn()
    random.random()
    assert inputs.drawn()
    assert not inputs.drawn()
    inputs.close()


def test_kept_chance_survives_what_is_raised_inside() -> None:
    def fails() -> None:
        with kept_chance():
            raise KeyError(random.random())

    state = random.getstate()
    with pytest.raises(KeyError):
        fails()
    assert random.getstate() == state


def test_a_generator_of_numpy_that_cannot_be_seeded_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def seed(_: int) -> None:
        raise TypeError("can only re-seed a MT19937 BitGenerator")

    numpy = SimpleNamespace(get_state=dict, set_state=dict, seed=seed)
    monkeypatch.setitem(sys.modules, "numpy.random", numpy)  # type: ignore[arg-type]
    inputs = Inputs(1)
    assert not inputs.drawn()
    inputs.close()
