# SPDX-License-Identifier: MIT
"""How many threads or tasks once lived at a time is in no reading; who lives now stays."""

from __future__ import annotations

import asyncio
import concurrent.futures
import concurrent.futures.thread as pools
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from leakcheck import _core

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 64
"""Members whose table is a block of its own, of the raw domain. Twice as many, one after the other,
use the free entries of such a table up, so that it is made anew for one."""


def in_threads(count: int) -> None:
    """Threads that live at once."""
    go = threading.Event()
    several = [threading.Thread(target=go.wait) for _ in range(count)]
    for thread in several:
        thread.start()
    go.set()
    for thread in several:
        thread.join()


def in_pools(count: int) -> None:
    """Workers of thread pools that live at once."""
    several = [concurrent.futures.ThreadPoolExecutor(1) for _ in range(count)]
    for pool in several:
        pool.submit(int)
    for pool in several:
        pool.shutdown()


def in_tasks(count: int) -> None:
    """Tasks that live at once."""

    async def together() -> None:
        await asyncio.gather(*(asyncio.sleep(0) for _ in range(count)))

    asyncio.run(together())


def readings(body: Callable[[], object]) -> list[tuple[int, int]]:
    """Blocks, and those of the raw domain, after each batch of a check but the first run."""
    check = _core.Check(mode=_core.MODE_ADAPTIVE, rate=0.1)
    check.drive(body)
    return [(reading[2], reading[3]) for reading in check.result()["readings"][1:]]


@pytest.mark.parametrize("at_once", [in_threads, in_pools, in_tasks])
def test_how_many_lived_at_once_is_in_no_reading(at_once: Callable[[int], None]) -> None:
    runs = 0

    def body() -> None:
        nonlocal runs
        runs += 1
        if runs % 3 == 0:
            at_once(MANY)
        else:
            for _ in range(2 * MANY):
                at_once(1)

    seen = readings(body)
    assert seen == seen[:1] * len(seen)
    assert len(seen) > 1


def test_a_pool_that_stays_is_still_known() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert pool.submit(int).result() == 0
        known = dict(pools._threads_queues)
        readings(lambda: in_pools(MANY))
        assert dict(pools._threads_queues) == known
        assert len(known) == 1


def test_threads_that_live_are_still_known() -> None:
    go = threading.Event()
    threads = [threading.Thread(target=go.wait) for _ in range(MANY)]
    try:
        for thread in threads:
            thread.start()
        readings(lambda: in_threads(3))
        assert set(threads) <= set(threading.enumerate())
        assert [threading._active[thread.ident] for thread in threads] == threads
    finally:
        go.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("place", [None, {}, set(), [], object()], ids=repr)
def test_what_stands_in_place_of_a_table_is_left_alone(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "_threads_queues", place)
    before = repr(place)
    readings(lambda: None)
    assert pools._threads_queues is place
    assert repr(place) == before


class Iterated:
    """A weak set that somebody goes through at the moment, and whose table must stay."""

    def __init__(self) -> None:
        self._iterating = {1}
        self.data = set(range(MANY))
        for gone in range(1, MANY):
            self.data.remove(gone)


def test_a_weak_set_that_is_gone_through_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    gone_through, idle = Iterated(), Iterated()
    idle._iterating.clear()
    size = sys.getsizeof(idle.data)
    for kept in (gone_through, idle):
        monkeypatch.setattr(threading, "_dangling", kept)
        readings(lambda: None)
    assert sys.getsizeof(gone_through.data) == size
    assert sys.getsizeof(idle.data) < size


def test_a_dict_that_has_the_key_it_would_be_made_anew_with_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = {None: "ours"}
    monkeypatch.setattr(pools, "_threads_queues", kept)
    readings(lambda: None)
    assert kept == {None: "ours"}
