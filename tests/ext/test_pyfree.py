# SPDX-License-Identifier: MIT
"""A kept object is charged to the line that keeps it, not to one that made and dropped its like."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

import pytest

from tests.ext.recorded import RUNS, Recorded

Trace = Callable[..., Recorded]

KINDS: dict[str, Callable[[], object]] = {
    "list": lambda: [None],
    "dict": lambda: {"key": None},
    "tuple": lambda: (object,) * len("ab"),
    "float": lambda: 0.5 * len("abc"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_that_keeps_is_blamed_not_the_one_that_dropped(trace: Trace, kind: str) -> None:
    kept: list[object] = [None] * 1000
    at = iter(range(1000))

    def make_and_drop() -> None:
        KINDS[kind]()

    def make_and_keep() -> None:
        kept[next(at)] = KINDS[kind]()

    def both() -> None:
        make_and_drop()
        make_and_keep()

    recorded = trace(both)
    leaf = KINDS[kind].__qualname__
    grown = [
        (recorded.raw["frames"][path[-2]][1], counts[-1] - counts[0])
        for path, _cut, _book, counts, _sizes, *_ in recorded.raw["sites"]
        if recorded.raw["frames"][path[-1]][1] == leaf
    ]
    assert {function for function, blocks in grown if blocks} == {make_and_keep.__qualname__}
    assert all(blocks % RUNS == 0 for _function, blocks in grown)


def test_containers_nested_deeper_than_the_stack_die_in_a_run(trace: Trace) -> None:
    def nest_and_drop() -> None:
        nested: object = None
        for _ in range(30_000):
            nested = [{"in": (nested,)}]

    assert abs(trace(nest_and_drop, runs=12).net()) <= 1


def test_a_finaliser_in_a_dying_container_may_drop_others(trace: Trace) -> None:
    class Dropping:
        def __del__(self) -> None:
            for _ in range(20):
                _ = [{"a": [1.5]}, {}]

    def drop() -> None:
        _ = [[Dropping()], {"b": Dropping()}]

    assert trace(drop).net() == 0


def test_subclasses_of_containers_die_in_a_run(trace: Trace) -> None:
    class Listed(list[object]):
        pass

    class Mapped(dict[str, object]):
        pass

    def drop() -> None:
        kinds = type("Made", (list,), {}), type("Made", (dict,), {}), Listed, Mapped
        for kind in kinds:
            kind()

    assert abs(trace(drop).net()) <= 1


def test_a_body_that_collects_stays_measured(trace: Trace) -> None:
    kept: list[object] = [None] * 1000
    at = iter(range(1000))

    def keep() -> None:
        gc.collect()
        kept[next(at)] = {"key": [1.5 * len(kept)]}

    recorded = trace(keep)
    assert recorded.blocks(keep.__qualname__) == 5 * RUNS  # Dict, keys, list, items, float.


def test_the_interpreter_keeps_dead_objects_again_after_a_check(trace: Trace) -> None:
    trace(lambda: None)
    gc.collect()
    made: list[list[object]] = [[] for _ in range(10)]
    before = sys.getallocatedblocks()
    made.clear()
    assert before - sys.getallocatedblocks() < 10  # made's own items at most, no list.
