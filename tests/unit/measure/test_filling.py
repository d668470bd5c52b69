# SPDX-License-Identifier: MIT
"""Caches that the runs fill are emptied before each reading of the second screen, and only those."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING
from urllib import parse

import pytest

from leakcheck.measure.able import load_core
from leakcheck.measure.filling import LARGEST, SEEN, SecondScreen, empty_too, remember
from tests.unit.measure.remembering import CACHE, SOMETHING, forget, limited
from tests.unit.unchecked import MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck._core import Check

pytestmark = [MEASURES, pytest.mark.usefixtures("nothing_remembered")]


def screen() -> Check:
    core = load_core()
    return core.Check(  # type: ignore[no-any-return]
        mode=core.MODE_ADAPTIVE, rate=0.3, part=core.PART_SCREEN
    )


def seen(body: Callable[[], object]) -> SecondScreen:
    second = SecondScreen(load_core(), screen())
    second.drive(body)
    return second


def test_a_cache_that_takes_on_an_entry_in_each_run_is_emptied_and_nothing_grows() -> None:
    remembered = limited(128)
    second = seen(lambda: remembered(next(SOMETHING)))
    assert second.filled == (CACHE,)
    assert second.result()["verdict"] == 0
    assert remembered.cache_info().currsize == 0  # type: ignore[attr-defined]


def test_of_a_cache_of_the_library_only_what_the_runs_added_is_taken_out() -> None:
    re.purge()
    re.compile("from before")
    second = seen(lambda: re.compile(f"in run {next(SOMETHING)}"))
    assert second.filled == ("re._cache",)
    assert [key[1] for key in re._cache] == ["from before"]  # type: ignore[attr-defined]


def test_what_grows_beside_a_cache_is_seen() -> None:
    remembered = limited(128)
    more: list[object] = []

    def body() -> None:
        remembered(next(SOMETHING))
        more.append(object())

    second = seen(body)
    assert len(second.filled) == 1
    assert second.result()["verdict"] == 2


@pytest.mark.parametrize("limit", [None, LARGEST + 1])
def test_a_cache_that_holds_more_or_has_no_limit_is_left_to_the_confirmation(
    limit: int | None,
) -> None:
    remembered = limited(limit)
    assert seen(lambda: remembered(next(SOMETHING))).idle
    assert remembered.cache_info().currsize == SEEN  # type: ignore[attr-defined]


def test_a_cache_that_the_runs_only_read_keeps_what_it_holds() -> None:
    remembered = limited(128)
    remembered(1)
    second = seen(lambda: remembered(1))
    assert second.idle
    assert remembered.cache_info().currsize == 1  # type: ignore[attr-defined]


def test_a_full_cache_whose_entries_are_replaced_is_emptied_too() -> None:
    """What comes may be larger than what goes, for as many runs as it has entries."""
    remembered = limited(64)
    for number in range(64):
        remembered(number)
    second = seen(lambda: remembered(next(SOMETHING)))
    assert len(second.filled) == 1
    assert second.result()["verdict"] == 0


def test_where_nothing_is_filled_it_ends_after_two_runs() -> None:
    runs: list[None] = []
    more: list[object] = []

    def body() -> None:
        runs.append(None)
        more.append(object())

    assert seen(body).idle
    assert len(runs) == SEEN


def test_what_the_body_raises_ends_it_and_the_next_check_can_begin() -> None:
    def body() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        seen(body)
    assert seen(lambda: None).idle


def test_progress_is_told_before_each_batch() -> None:
    remembered = limited(128)
    told: list[int] = []
    second = SecondScreen(load_core(), screen())
    second.drive(lambda: remembered(next(SOMETHING)), lambda _phase, runs, _s: told.append(runs))
    assert told == sorted(told)
    assert told[0] == 0
    assert len(told) > SEEN


@functools.lru_cache(maxsize=100)
def lasting(number: int) -> list[int]:
    return [number]


def test_only_caches_of_the_standard_library_are_emptied_in_later_checks() -> None:
    assert seen(lambda: lasting(next(SOMETHING))).shared == ()
    assert seen(lambda: parse._byte_quoter_factory(str(next(SOMETHING)))).shared == (  # type: ignore[attr-defined]
        parse._byte_quoter_factory.cache_clear,  # type: ignore[attr-defined]
    )


def test_a_cache_that_is_remembered_is_emptied_from_the_first_screen_on() -> None:
    remember(load_core(), (lasting.cache_clear,))
    remember(load_core(), (lasting.cache_clear,))
    first = screen()
    first.drive(lambda: lasting(next(SOMETHING)))
    assert first.result()["verdict"] == 0
    assert first.result()["runs"] < 16
    forget()
    again = screen()
    again.drive(lambda: lasting(next(SOMETHING)))
    assert again.result()["verdict"] == 2


def test_a_cache_that_raises_when_it_is_emptied_disturbs_no_check() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    remember(load_core(), (broken,))
    first = screen()
    first.drive(lambda: None)
    assert first.result()["verdict"] == 0


def test_who_counts_by_himself_may_empty_what_a_reading_empties() -> None:
    remember(load_core(), (lasting.cache_clear,))
    lasting(1)
    load_core().empty()
    assert lasting.cache_info().currsize == 0


def test_what_one_check_empties_is_emptied_no_more_after_it() -> None:
    empty_too(load_core(), (lasting.cache_clear,))
    remember(load_core())
    lasting(1)
    load_core().empty()
    assert lasting.cache_info().currsize == 1


def test_what_is_no_tuple_is_refused() -> None:
    with pytest.raises(TypeError, match="a tuple of callables is needed, not list"):
        load_core().empty_also([])
