# SPDX-License-Identifier: MIT
"""A recount names the containers that grow with the runs, and leaves the interpreter as it was."""

from __future__ import annotations

import atexit
import itertools
import subprocess
import sys

from leakcheck.measure.growing import Recount
from tests.unit.measure.remembering import SOMETHING, limited
from tests.unit.unchecked import KEEPS

HELD: dict[str, list[int]] = {"kept": []}
STEADY: list[int] = [0]

AFTER_AWAITING = """
import asyncio, gc
from leakcheck.measure.growing import Recount
from leakcheck.measure.holding import paths

KEPT = []

async def wait_once():
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, None)
    await future

async def many():
    await asyncio.gather(*(wait_once() for _ in range(20)))

asyncio.run(many())
recount = Recount(1.0, None)
recount.drive(lambda: KEPT.append([]))
assert recount.containers[0].path == "__main__.KEPT", recount.containers
assert paths([object()], {}) == [None]
asyncio.run(many())
gc.collect()
print("collected")
"""


FILLS = limited(1000)
NO_LIMIT = limited(None)


@KEEPS
def test_a_cache_with_a_limit_that_fills_beside_a_leak_does_not_hold_it() -> None:
    def body() -> None:
        number = next(SOMETHING)
        FILLS(number)
        if number % 2:
            HELD["kept"].append(1)

    recount = Recount(0.5, None)
    recount.drive(body)
    (found,) = recount.containers
    assert found.path.endswith(".HELD['kept']")
    HELD["kept"].clear()


@KEEPS
def test_a_cache_without_a_limit_holds_what_it_keeps() -> None:
    recount = Recount(1.0, None)
    recount.drive(lambda: NO_LIMIT(next(SOMETHING)))
    (found,) = recount.containers
    assert "NO_LIMIT" in found.path


@KEEPS
def test_the_container_that_grows_is_named_with_its_counts() -> None:
    recount = Recount(1.0, None)
    recount.drive(lambda: HELD["kept"].append(1))
    (found,) = recount.containers
    assert found.path.endswith(".HELD['kept']")
    assert (found.type, found.after - found.before) == ("list", recount.runs)
    HELD["kept"].clear()


def test_a_rarer_leak_is_given_more_runs() -> None:
    assert Recount(0.1, None).runs > Recount(1.0, None).runs


def nothing() -> None:
    """Called at exit, were it not unregistered."""


def test_the_interpreters_own_lists_of_what_is_registered_and_interned_are_not_named() -> None:
    numbers = itertools.count()

    def body() -> None:
        atexit.register(nothing)
        compile(f"interned{next(numbers)} = 1", "made", "exec")

    recount = Recount(1.0, None)
    try:
        recount.drive(body)
    finally:
        atexit.unregister(nothing)
    assert recount.containers == ()


def test_what_does_not_grow_is_not_named() -> None:
    recount = Recount(1.0, None)
    recount.drive(lambda: STEADY.__setitem__(0, 1))
    assert recount.containers == ()


def test_a_recount_is_read_once() -> None:
    recount = Recount(1.0, None)
    assert recount.next() == recount.runs
    assert recount.next() == -1


def test_the_free_lists_of_asyncio_are_not_touched() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AFTER_AWAITING],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "collected\n", done.stderr
