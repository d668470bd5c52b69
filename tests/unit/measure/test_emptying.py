# SPDX-License-Identifier: MIT
"""A cache that fills excuses its own growth and no leak beside it."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import linecache
import re
from collections.abc import Callable

import pytest

from leakcheck.config import Settings
from leakcheck.measure.caches import FilledCache
from leakcheck.measure.emptying import explained
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Frame, Result, Site, Verdict
from tests.unit.unchecked import MEASURES

RUNS = 100


def result(*rates: int) -> Result:
    sites = tuple(
        Site(
            (Frame("x.py", "f", line),),
            truncated=False,
            blocks=rate * RUNS,
            bytes=0,
            series=(0, rate * RUNS // 2, rate * RUNS),
            grows=True,
            exact=True,
            rate=rate,
        )
        for line, rate in enumerate(rates)
    )
    return Result(Verdict.LEAK, "", float(sum(rates)), marks=(0, RUNS // 2, RUNS), sites=sites)


def cache(rate: float, limit: int | None, name: str = "c") -> FilledCache:
    return FilledCache(name, 2 * RUNS, RUNS, limit, rate * RUNS)


@pytest.mark.parametrize(
    ("rates", "emptied", "verdict", "named"),
    [
        ((2,), [], Verdict.LEAK, ""),
        ((2,), [cache(2, 5000)], Verdict.CACHE, "c"),
        ((2,), [cache(2, None)], Verdict.UNBOUNDED_CACHE, "c"),
        ((2, 2), [cache(1.9, 500, "a"), cache(2, 500, "b")], Verdict.CACHE, "b"),
        ((2, 2), [cache(1, None, "a"), cache(3, None, "b")], Verdict.UNBOUNDED_CACHE, "b"),
        # What is left, or has no limit, is a leak by itself.
        ((2, 1), [cache(2, 5000)], Verdict.LEAK, ""),
        ((3, 1), [cache(3, 5000, "a"), cache(1, None, "b")], Verdict.LEAK, ""),
        ((1, 3), [cache(1, 5000, "a"), cache(3, None, "b")], Verdict.UNBOUNDED_CACHE, "b"),
        ((9,), [cache(1, None)], Verdict.LEAK, ""),
    ],
)
def test_several_caches_together(
    rates: tuple[int, ...], emptied: list[FilledCache], verdict: Verdict, named: str
) -> None:
    said = explained(result(*rates), emptied, 0.3)
    assert (said.verdict, said.cache) == (verdict, named)
    assert said.emptied == (tuple(one.name for one in emptied) if verdict is Verdict.LEAK else ())


def test_what_filled_up_in_the_first_half_is_no_leak_beside_the_cache() -> None:
    both = result(2, 1)
    cached, filled = both.sites
    filled = dataclasses.replace(filled, series=(0, RUNS, RUNS), grows=False)
    both = dataclasses.replace(both, sites=(cached, filled))
    assert explained(both, [cache(2, 5000)], 0.3).verdict is Verdict.CACHE


def test_growth_that_no_line_shows_is_never_excused() -> None:
    assert explained(result(), [cache(1, 500)], 0.3).verdict is Verdict.LEAK


def check(body: Callable[[], object], rate: float = 0.3) -> Result:
    return check_callable(body, Settings(rate=rate, max_time=60))


@MEASURES
def test_patterns_that_are_new_in_each_third_run_fill_a_cache() -> None:
    re.purge()
    turns = itertools.count()
    said = check(lambda: re.compile(f"x{next(turns) // 3}"))
    assert said.verdict is Verdict.CACHE
    assert said.cache == "re._cache"
    assert "of 512 entries" in said.reason
    re.purge()


@MEASURES
def test_lines_of_made_code_are_a_cache_without_a_limit() -> None:
    numbers = itertools.count()

    def made() -> None:
        name = f"<made by a test {next(numbers)}>"
        linecache.cache[name] = (1, None, ["x = 1\n"], name)

    said = check(made)
    for name in [name for name in linecache.cache if name.startswith("<made by a test")]:
        del linecache.cache[name]
    assert said.verdict is Verdict.UNBOUNDED_CACHE
    assert said.cache == "linecache.cache"
    assert said.containers[0].path == "linecache.cache"


@MEASURES
def test_a_small_leak_beside_a_cache_that_fills_is_a_leak() -> None:
    numbers = itertools.count()
    kept: list[object] = []

    @functools.lru_cache(maxsize=100_000)
    def parse(number: int) -> list[int]:
        return [number]

    def both() -> None:
        parse(next(numbers))
        kept.append([])

    said = check(both)
    assert said.verdict is Verdict.LEAK
    assert [name.rpartition(".")[2] for name in said.emptied] == ["parse"]


@MEASURES
def test_a_reference_beside_a_cache_that_fills_slowly_is_a_leak() -> None:
    turns = itertools.count()
    kept: list[None] = []

    @functools.lru_cache(maxsize=100_000)
    def parse(number: int) -> list[int]:
        return [number]

    def both() -> None:
        parse(next(turns) // 40)
        kept.append(None)

    assert check(both).verdict is Verdict.LEAK
