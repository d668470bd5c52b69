# SPDX-License-Identifier: MIT
"""Forty kinds of holders: how to make one that holds a value, and how one writes the way to it."""

from __future__ import annotations

import collections
import contextvars
import functools
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any


class Leaked:
    """What is held."""


class Bus:
    """Holds by attribute."""

    registry: dict[str, Any] = {}  # noqa: RUF012 - it is what is tested

    def __init__(self, kept: object = None) -> None:
        self.kept = kept

    def method(self) -> None:
        """To be bound."""


class Slotted:
    """Holds in a slot."""

    __slots__ = ("__weakref__", "kept")

    def __init__(self, kept: object) -> None:
        self.kept = kept


class Both(Slotted):
    """Holds in a slot of its base and in attributes."""


def closure(value: object) -> Callable[[], object]:
    return lambda: value


def default(value: object) -> Any:
    def function(first: int = 1, second: object = value, *, third: object = value) -> None:
        del first, second, third

    return function


def only_keyword(value: object) -> Any:
    def function(*, third: object = value) -> None:
        del third

    return function


def suspended(value: object) -> Any:
    def generator() -> Iterator[object]:
        local = value
        yield 1
        del local

    made = generator()
    next(made)
    return made


async def coroutine(value: object) -> object:
    return value


def cached(value: object) -> Any:
    @functools.cache
    def parse(number: int) -> object:
        return value if number else None

    parse(1)
    parse.__wrapped__ = None  # type: ignore[attr-defined]
    return parse


def raised(value: object) -> Exception:
    def inner() -> None:
        local = value
        raise ValueError(str(local))

    try:
        inner()
    except ValueError as error:
        return error
    raise AssertionError


def class_with(value: object) -> type:
    return type("Made", (), {"kept": value, "__module__": "app"})


def thread_local(value: object) -> threading.local:
    made = threading.local()
    made.kept = value
    return made


def ordered(value: object) -> Any:
    made = collections.OrderedDict()  # type: ignore[var-annotated]
    made["k"] = value
    return made


def nested(depth: int, value: object) -> Any:
    for _ in range(depth):
        value = Bus(value)
    return value


def context(value: object) -> contextvars.Context:
    variable = contextvars.ContextVar[object]("request")
    made = contextvars.copy_context()
    made.run(variable.set, value)
    return made


def exception_with_cause(value: BaseException) -> BaseException:
    made = ValueError("outer")
    made.__cause__ = value
    return made


def weak_keys(value: object) -> Any:
    made: Any = weakref.WeakKeyDictionary()
    made[Bus.method] = value
    return made


SHAPES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "global": (lambda v: v, ""),
    "attribute": (Bus, ".kept"),
    "slot": (Slotted, ".kept"),
    "slot of a base": (Both, ".kept"),
    "dict, string key": (lambda v: {"user": v}, "['user']"),
    "dict, number key": (lambda v: {7: v}, "[7]"),
    "dict, other key": (lambda v: {(1, 2): v}, "[...]"),
    "dict, as key": (lambda v: {v: 1}, ".<key>"),
    "list": (lambda v: [0, v], "[1]"),
    "tuple": (lambda v: (0, 1, v), "[2]"),
    "deque": (lambda v: collections.deque([0, v]), "[1]"),
    "set": (lambda v: {v}, "{...}"),
    "frozenset": (lambda v: frozenset([v]), "{...}"),
    "ordered dict": (ordered, "['k']"),
    "defaultdict": (lambda v: collections.defaultdict(list, a=v), "['a']"),
    "counter": (lambda v: collections.Counter({v: 1}), ".<key>"),
    "closure": (closure, ".__closure__[value]"),
    "keyword default": (only_keyword, ".__kwdefaults__['third']"),
    "default": (default, ".__defaults__[1]"),
    "bound method": (lambda v: Bus(v).method, ".__self__.kept"),
    "bound method of C": (lambda v: [v].append, ".__self__[0]"),
    "partial": (lambda v: functools.partial(print, v), ".args[0]"),
    "partial, keyword": (lambda v: functools.partial(print, end=v), ".keywords['end']"),
    "partial, function": (lambda v: functools.partial(closure(v)), ".func.__closure__[value]"),
    "generator": (suspended, ".<locals>.local"),
    "lru_cache": (cached, ".<cached result>"),
    "property": (lambda v: property(closure(v)), ".fget.__closure__[value]"),
    "staticmethod": (lambda v: staticmethod(closure(v)), ".__func__.__closure__[value]"),
    "classmethod": (lambda v: classmethod(closure(v)), ".__func__.__closure__[value]"),
    "class attribute": (class_with, ".kept"),
    "simple namespace": (lambda v: types.SimpleNamespace(kept=v), ".kept"),
    "weak keys, by value": (weak_keys, ".data[...]"),
    "weak reference's callback": (
        lambda v: weakref.ref(Bus.method, closure(v)),
        ".__callback__.__closure__[value]",
    ),
    "thread-local": (thread_local, ".kept"),
    "context": (context, "[request]"),
    "context variable's default": (
        lambda v: contextvars.ContextVar("x", default=v),
        ".<default>",
    ),
    "mapping proxy": (lambda v: types.MappingProxyType({"a": v}), "['a']"),
    "chain of maps": (lambda v: collections.ChainMap({}, {"a": v}), ".maps[1]['a']"),
    "cell": (types.CellType, ""),
    "many alike": (lambda v: nested(9, v), "(.kept)*9"),
}
