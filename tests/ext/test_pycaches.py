# SPDX-License-Identifier: MIT
"""A cache of the standard library that fills with what is new in each run is in no reading."""

from __future__ import annotations

import itertools
from functools import cache
from sys import getallocatedblocks
from typing import TYPE_CHECKING
from urllib import parse

from leakcheck import _core

if TYPE_CHECKING:
    import pytest

    from leakcheck.measure.raw import RawResult

PORTS = itertools.count(20_000)


def checked(runs: int) -> RawResult:
    """What a body that splits a new address in each run does in so many runs."""
    check = _core.Check(mode=_core.MODE_FIXED, iterations=runs)
    check.drive(lambda: parse.urlsplit(f"http://127.0.0.1:{next(PORTS)}/a?b"))
    return check.result()


def test_a_new_address_in_each_run_is_no_growth() -> None:
    """Without it all of so few runs add to the cache, which holds 128."""
    parse.urlsplit.cache_clear()
    blocks = [reading[2] for reading in checked(24)["readings"]][-8:]
    assert max(blocks) - min(blocks) == 0


def test_emptying_keeps_nothing() -> None:
    """Not even a name in the interpreter's cache of types."""
    levels = []
    for _ in range(20):
        _core.empty()
        levels.append(getallocatedblocks())
    assert levels[-1] - levels[4] <= len(levels)  # A number each.


def test_a_cache_that_the_program_put_there_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    split = parse.urlsplit

    def mine(url: str) -> parse.SplitResult:
        return split(url)

    kept = cache(mine)

    def cached(url: str) -> parse.SplitResult:
        return kept(url)

    kept("http://127.0.0.1/")
    monkeypatch.setattr(parse, "urlsplit", cached)
    checked(12)
    assert kept.cache_info().currsize > 12
