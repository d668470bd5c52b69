# SPDX-License-Identifier: MIT
"""Caches: is the growth only `functools.lru_cache` taking on entries?

A cache that holds fewer entries than it may looks like a leak to any count, however long
one looks, until it is full. The only proof is to empty it and see the growth go.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from gc import collect, get_objects, get_referents
from sys import getallocatedblocks
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_Wrapper = type(functools.lru_cache(maxsize=1)(len))


@dataclass(frozen=True, slots=True)
class FilledCache:
    """A cache that was emptied.

    Attributes:
        name: what it is, such as "functools.lru_cache of pkg.mod.function".
        entries: entries it held.
        added: entries of these that it took on while it was watched.
        maxsize: entries it may hold; None without a limit.
        freed: live blocks that the added entries kept alive.
    """

    name: str
    entries: int
    added: int
    maxsize: int | None
    freed: float


def freed_by(empty: Callable[[], object]) -> int:
    """Live blocks that go when a cache is emptied."""
    collect()
    live = getallocatedblocks()
    empty()
    collect()
    return live - getallocatedblocks()


def fill_levels() -> dict[int, int]:
    """Entries of every lru cache that is not full, by the wrapper's id."""
    levels = {}
    for wrapper in lru_caches():
        info = wrapper.cache_info()
        if info.maxsize is None or info.currsize < info.maxsize:
            levels[id(wrapper)] = info.currsize
    return levels


def lru_caches() -> list[Any]:
    """Every function under functools.lru_cache that the collector knows."""
    return [one for one in get_objects() if type(one) is _Wrapper]


def limited_tables() -> set[int]:
    """The ids of the dicts in which function caches that have a limit keep their entries."""
    return {
        id(one)
        for wrapper in lru_caches()
        if wrapper.cache_info().maxsize is not None
        for one in get_referents(wrapper)
        if type(one) is dict and one is not vars(wrapper)
    }


def named_lru(wrapper: Any) -> str:
    """What a report calls it, such as "functools.lru_cache of pkg.mod.function"."""
    name = getattr(wrapper, "__qualname__", repr(wrapper))
    return f"functools.lru_cache of {getattr(wrapper, '__module__', '?')}.{name}"


def empty_filled(before: dict[int, int]) -> list[FilledCache]:
    """Empty the caches that took on entries since `before`, one by one.

    Only those: a cache that the measured code does not fill keeps what it holds. An lru cache
    can be emptied as a whole only; of what that frees, the added entries are given their part.
    """
    found = []
    for wrapper in lru_caches():
        info = wrapper.cache_info()
        added = info.currsize - before.get(id(wrapper), info.currsize)
        if added <= 0:
            continue
        freed = freed_by(wrapper.cache_clear)
        found.append(
            FilledCache(
                named_lru(wrapper),
                info.currsize,
                added,
                info.maxsize,
                freed * added / info.currsize,
            )
        )
    return found
