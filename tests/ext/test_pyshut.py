# SPDX-License-Identifier: MIT
"""The free lists stay shut through a trace also where the program hears of collections."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from leakcheck import _core
from tests.ext.recorded import RUNS, Recorded

Trace = Callable[..., Recorded]


def tell(phase: str, info: dict[str, int]) -> None:
    """What hypothesis does: it makes and drops floats right after a collection."""
    _ = {"phase": [phase, time.perf_counter() - 0.5], "info": dict(info)}


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    gc.callbacks.append(tell)
    yield
    gc.callbacks.remove(tell)


@pytest.mark.parametrize("collects", [False, True])
def test_what_is_kept_is_charged_to_the_line_that_keeps_it(trace: Trace, *, collects: bool) -> None:
    kept: list[object] = [None] * 1000
    at = iter(range(1000))

    def drop() -> None:
        _ = {"key": [1.5 * len(kept)]}

    def keep() -> None:
        kept[next(at)] = {"key": [1.5 * len(kept)]}

    def body() -> None:
        if collects:
            gc.collect()
        drop()
        keep()

    recorded = trace(body)
    assert recorded.blocks(keep.__qualname__) == 5 * RUNS  # Dict, keys, list, items, float.
    assert recorded.blocks(drop.__qualname__) == 0
    assert recorded.net() == 5 * RUNS


def test_a_body_that_keeps_nothing_grows_nothing(trace: Trace) -> None:
    assert trace(lambda: None, runs=100).net() == 0


@pytest.mark.parametrize("ends", [False, True])
def test_the_list_of_callbacks_is_as_it_was(*, ends: bool) -> None:
    before = list(gc.callbacks)
    seen: list[int] = []

    def body() -> None:
        seen.append(len(gc.callbacks))
        if ends and len(seen) > 8:
            raise KeyboardInterrupt

    check = _core.Check(mode=_core.MODE_FIXED, iterations=12)
    if ends:
        with pytest.raises(KeyboardInterrupt):
            check.drive(body)
    else:
        check.drive(body)
    assert list(gc.callbacks) == before
    assert max(seen) == len(before) + 1


def test_a_body_may_empty_the_list_of_callbacks(trace: Trace) -> None:
    mine = list(gc.callbacks)

    def body() -> None:
        gc.callbacks.clear()
        gc.callbacks.extend(mine)

    assert trace(body).raw["dropped"] == 0
    assert gc.callbacks == mine
