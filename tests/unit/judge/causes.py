# SPDX-License-Identifier: MIT
"""Leaks of all kinds, whose fingerprints are compared between versions of Python.

As a program: measures each and prints JSON, {name: [fingerprint, cause, hint]}.
`measured` runs it.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import ctypes
import functools
import itertools
import json
import logging
import os
import subprocess
import sys
import weakref
from collections import OrderedDict, defaultdict, deque
from pathlib import Path
from typing import Any, ClassVar

NUMBERS = itertools.count(1_000)
KEPT: list[object] = []
BY_KEY: dict[object, object] = {}
GROUPS: dict[str, list[object]] = {"open": [], "closed": []}
BY_DAY: defaultdict[str, list[object]] = defaultdict(list)
RECENT: deque[object] = deque()
SEEN: set[object] = set()
ORDERED: OrderedDict[int, object] = OrderedDict()
WEAK: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
VARIABLE: contextvars.ContextVar[list[object]] = contextvars.ContextVar("requests")
PAGE_CACHE: dict[str, object] = {}
HISTORY: list[object] = []
VARIABLE.set(HISTORY)


class Bus:
    """Keeps listeners."""

    created: ClassVar[list[Bus]] = []

    def __init__(self) -> None:
        self.handlers: list[object] = []

    def subscribe(self, handler: object) -> None:
        self.handlers.append(handler)


BUS = Bus()


class Listener:
    """Subscribes one of its methods."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.data = {name: [name]}
        BUS.subscribe(self.heard)

    def heard(self) -> None:
        """Nothing."""


class Slotted:
    """An instance without a dict."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Node:
    """One of a chain."""

    head: Node | None = None

    def __init__(self, following: Node | None) -> None:
        self.following = following


def listener_list() -> None:
    Listener("a")


def bare_object() -> None:
    KEPT.append(object())


def another_line_of_the_list() -> None:
    KEPT.append([1, 2, 3])


def slotted_instance() -> None:
    KEPT.append(Slotted([1]))


def dict_entry() -> None:
    BY_KEY[next(NUMBERS)] = {"payload": [1]}


def text_key() -> None:
    BY_KEY[f"key {next(NUMBERS)}"] = None


def group() -> None:
    GROUPS["open"].append([1])


def by_day() -> None:
    BY_DAY["monday"].append({"rows": []})


def ring() -> None:
    RECENT.append(Slotted(1.5 * next(NUMBERS)))


def members() -> None:
    SEEN.add(("a", next(NUMBERS)))


def ordered() -> None:
    ORDERED[next(NUMBERS)] = object()


def weak_key_held_by_its_value() -> None:
    key = Bus()
    WEAK[key] = [key]


def class_attribute() -> None:
    Bus.created.append(Bus())


def in_a_list_comprehension() -> None:
    KEPT.append([Slotted(number) for number in range(3)])


def in_nested_comprehensions() -> None:
    KEPT.append({key: {value: [value] for value in "ab"} for key in "cd"})


def in_a_generator_expression() -> None:
    KEPT.extend(Slotted(number) for number in range(2))


def lambda_in_a_comprehension() -> None:
    KEPT.append([lambda number=number: [number] for number in range(2)])


def over_several_lines() -> None:
    KEPT.append(
        # What is kept.
        dict(  # noqa: C408 - a call over several lines
            one=[1],
            two=Slotted(
                [2],
            ),
        )
    )


def chain_of_objects() -> None:
    Node.head = Node(Node.head)


@functools.cache
def parsed(number: int) -> list[int]:
    return [number]


def cache_without_a_limit() -> None:
    parsed(next(NUMBERS))


class Parser:
    """Caches a method."""

    @functools.cache  # noqa: B019 - that is the leak
    def parse(self, text: str) -> list[str]:
        return [text]


def cached_method() -> None:
    Parser().parse("a")


def make_counter() -> Any:
    calls: list[object] = []

    def counter() -> None:
        calls.append(object())

    return counter


COUNTER = make_counter()


def closure() -> None:
    COUNTER()


def default_argument(rows: list[object] = []) -> None:  # noqa: B006 - that is the leak
    rows.append([1])


def logger_per_call() -> None:
    logging.getLogger(f"request.{next(NUMBERS)}")


def handler_per_call() -> None:
    logging.getLogger("one").addHandler(logging.NullHandler())


def at_exit() -> None:
    atexit.register(Bus().subscribe, None)


def error_kept() -> None:
    try:
        int("no")
    except ValueError as error:
        KEPT.append(error)


def suspended_generator() -> None:
    def numbers() -> Any:
        rows = [1, 2]
        yield rows

    running = numbers()
    next(running)
    KEPT.append(running)


def context_variable() -> None:
    VARIABLE.get(HISTORY).append([1])


LOOP = asyncio.new_event_loop()


def task_never_awaited() -> None:
    async def wait() -> None:
        await LOOP.create_future()

    KEPT.append(LOOP.create_task(wait()))
    LOOP.call_soon(LOOP.stop)
    LOOP.run_forever()


def partial() -> None:
    BUS.subscribe(functools.partial(print, next(NUMBERS)))


class Connection:
    """Cleans up through what keeps it alive."""

    def close(self) -> None:
        """Nothing."""


def finalizer_of_a_bound_method() -> None:
    connection = Connection()
    weakref.finalize(connection, connection.close)


def at_exit_of_a_function() -> None:
    atexit.register(lambda: None)


def remembered() -> None:
    PAGE_CACHE[f"page {next(NUMBERS)}"] = [1]


def reference_of_native_code() -> None:
    ctypes.pythonapi.Py_IncRef(ctypes.py_object([1, 2, 3]))


ALL = (
    listener_list,
    bare_object,
    another_line_of_the_list,
    slotted_instance,
    dict_entry,
    text_key,
    group,
    by_day,
    ring,
    members,
    ordered,
    weak_key_held_by_its_value,
    class_attribute,
    in_a_list_comprehension,
    in_nested_comprehensions,
    in_a_generator_expression,
    lambda_in_a_comprehension,
    over_several_lines,
    chain_of_objects,
    cache_without_a_limit,
    cached_method,
    closure,
    default_argument,
    logger_per_call,
    handler_per_call,
    at_exit,
    error_kept,
    suspended_generator,
    context_variable,
    task_never_awaited,
    partial,
    finalizer_of_a_bound_method,
    at_exit_of_a_function,
    remembered,
    reference_of_native_code,
)


def measured(python: str) -> dict[str, list[str | None]]:
    """What each leak is known by on a CPython, and what is said to do about it."""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [python, "-m", "tests.unit.judge.causes"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str | None]] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure each and print what it is known by."""
    from leakcheck import check
    from leakcheck.judge.hints import hint
    from tests.unit.judge import causes

    found = {}
    for function in ALL:
        result = check(getattr(causes, function.__name__), iterations=48)
        cause = result.cause or str(result.verdict)
        found[function.__name__] = [result.fingerprint, cause, hint(result)]
    LOOP.set_exception_handler(lambda *_: None)  # Tasks that are never awaited complain.
    json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
