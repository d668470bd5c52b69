# SPDX-License-Identifier: MIT
"""Caches that a body can fill, and leakcheck's own memory of caches."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING

from leakcheck.measure import filling
from leakcheck.measure.able import load_core

if TYPE_CHECKING:
    from collections.abc import Callable

SOMETHING = itertools.count(10_000)
"""Another number each time."""


def limited(limit: int | None) -> Callable[[int], list[int]]:
    """A function that remembers as many answers; its cache is named `CACHE`."""

    @functools.lru_cache(maxsize=limit)
    def remembered(number: int) -> list[int]:
        return [number]

    return remembered


CACHE = f"functools.lru_cache of {__name__}.limited.<locals>.remembered"


def forget() -> None:
    """Have no check empty what an earlier one has found."""
    filling._remembered.clear()
    filling.remember(load_core())
