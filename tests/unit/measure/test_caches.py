# SPDX-License-Identifier: MIT
"""Only caches that were being filled are emptied, and what that frees is counted."""

from __future__ import annotations

import functools

from leakcheck.measure.caches import empty_filled, fill_levels


def test_a_cache_that_took_entries_is_emptied_and_counted() -> None:
    @functools.lru_cache(maxsize=500)
    def parse(number: int) -> list[int]:
        return [number]

    before = fill_levels()
    for number in range(1000, 1300):
        parse(number)
    found = [c for c in empty_filled(before) if c.name.endswith("parse")]
    assert [(c.entries, c.added, c.maxsize) for c in found] == [(300, 300, 500)]
    assert found[0].freed >= 2 * 300
    assert parse.cache_info().currsize == 0


def test_other_caches_keep_what_they_hold() -> None:
    @functools.lru_cache(maxsize=500)
    def idle(number: int) -> int:
        return number

    @functools.cache
    def unbounded(number: int) -> int:
        return number

    @functools.lru_cache(maxsize=4)
    def full(number: int) -> int:
        return number

    for number in range(10):
        idle(number)
        full(number)
    unbounded(1)
    before = fill_levels()
    for number in range(10, 20):
        full(number)
    names = {c.name.rpartition(".")[2] for c in empty_filled(before)}
    assert names.isdisjoint({"idle", "unbounded", "full"})
    assert idle.cache_info().currsize == 10


def test_what_a_cache_held_before_is_not_counted_as_growth() -> None:
    @functools.cache
    def parse(number: int) -> list[int]:
        return [number]

    for number in range(2000, 2300):
        parse(number)
    before = fill_levels()
    for number in range(2300, 2400):
        parse(number)
    (found,) = [c for c in empty_filled(before) if c.name.endswith("parse")]
    assert (found.entries, found.added) == (400, 100)
    assert 2 * 100 <= found.freed < 6 * 100
