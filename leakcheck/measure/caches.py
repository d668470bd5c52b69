# SPDX-License-Identifier: MIT
"""Caches: is the growth only `functools.lru_cache` taking on entries?

A cache that holds fewer entries than it may looks like a leak to any count, however long
one looks, until it is full. The only proof is to empty it and see the growth go.
"""

from __future__ import annotations

import functools
import gc
import sys
from dataclasses import dataclass
from typing import Any

_Wrapper = type(functools.lru_cache(maxsize=1)(len))


@dataclass(frozen=True, slots=True)
class FilledCache:
    """A cache that was emptied.

    Attributes:
        name: qualified name of the function it wraps.
        entries: entries it held.
        maxsize: entries it may hold; None without a limit.
        freed: live blocks that went when it was emptied.
    """

    name: str
    entries: int
    maxsize: int | None
    freed: int


def fill_levels() -> dict[int, int]:
    """Entries of every lru cache that is not full, by the wrapper's id."""
    levels = {}
    for wrapper in _wrappers():
        info = wrapper.cache_info()
        if info.maxsize is None or info.currsize < info.maxsize:
            levels[id(wrapper)] = info.currsize
    return levels


def _wrappers() -> list[Any]:
    return [one for one in gc.get_objects() if type(one) is _Wrapper]


def empty_filled(before: dict[int, int]) -> list[FilledCache]:
    """Empty the caches that took on entries since `before`, one by one.

    Only those: a cache that the measured code does not fill keeps what it holds.
    """
    found = []
    for wrapper in _wrappers():
        info = wrapper.cache_info()
        if info.currsize <= before.get(id(wrapper), info.currsize):
            continue
        gc.collect()
        live = sys.getallocatedblocks()
        wrapper.cache_clear()
        gc.collect()
        name = getattr(wrapper, "__qualname__", repr(wrapper))
        module = getattr(wrapper, "__module__", "?")
        found.append(
            FilledCache(
                f"{module}.{name}", info.currsize, info.maxsize, live - sys.getallocatedblocks()
            )
        )
    return found
