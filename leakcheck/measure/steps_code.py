# SPDX-License-Identifier: MIT
"""Steps through what runs and what wraps it: functions, methods, caches, frames, exceptions."""

from __future__ import annotations

import functools
import types
import weakref
from typing import TYPE_CHECKING, Any, Final

from leakcheck.measure.able import load_core
from leakcheck.measure.plain import index_of, is_a, items, namespace, order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CACHED: Final = type(functools.lru_cache(len))
_RUNNING: Final = (
    types.FrameType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
)
_SHOWN: Final[dict[type, tuple[str, ...]]] = {  # what these show of themselves, by getters of C
    types.MethodType: ("__self__", "__func__"),
    types.BuiltinMethodType: ("__self__",),
    types.FrameType: ("f_code", "f_back", "f_globals", "f_builtins", "f_trace"),
    types.GeneratorType: ("gi_yieldfrom", "gi_code"),
    types.CoroutineType: ("cr_await", "cr_code"),
    types.AsyncGeneratorType: ("ag_await", "ag_code"),
    types.TracebackType: ("tb_next", "tb_frame"),
    types.CodeType: ("co_consts", "co_names", "co_linetable"),
    BaseException: ("__traceback__", "__context__", "__cause__", "args"),
    weakref.ref: ("__callback__",),
    memoryview: ("obj",),
}


def _function(chain: Sequence[Any]) -> tuple[str, int] | None:
    """A closure by its variable, a default by its place or name, globals."""
    if type(chain[0]) is not types.FunctionType:
        return None
    here: Any = chain[0]
    child: Any = chain[1]
    after = chain[2] if len(chain) > 2 else None  # noqa: PLR2004
    if child is here.__closure__ and after is not None:
        place = index_of(child, after)
        variables = here.__code__.co_freevars
        return None if place is None else (f".__closure__[{variables[place]}]", 2)
    if child is here.__kwdefaults__ and after is not None:
        name = next((key for key, value in items(child) if value is after), None)
        return None if name is None else (f".__kwdefaults__[{name!r}]", 2)
    for name in ("__defaults__", "__kwdefaults__", "__closure__", "__globals__", "__code__"):
        if getattr(here, name) is child:
            return f".{name}", 1
    return None


def _cell(chain: Sequence[Any]) -> tuple[str, int] | None:
    """A cell is no step: its variable has been named."""
    return ("", 1) if type(chain[0]) is types.CellType else None


def _cache(chain: Sequence[Any]) -> tuple[str, int] | None:
    """What a wrapper of `functools.lru_cache` keeps: the wrapper has the function's name."""
    here, child = chain[:2]
    if type(here) is not _CACHED:
        return None
    if type(child) is dict and len(chain) > 2:  # noqa: PLR2004
        after = chain[2]
        if any(value is after for _, value in items(child)):
            return ".<cached result>", 2
        if any(key is after for key, _ in items(child)):
            return ".<cached call>", 2
    return (".<cache>", 1) if type(child) is dict else None


def _local(chain: Sequence[Any]) -> tuple[str, int] | None:
    """A local variable of a frame, a generator or a coroutine."""
    here, child = chain[:2]
    if type(here) not in _RUNNING:
        return None
    name = load_core().local_of(here, child)
    return None if name is None else (f".<locals>.{name}", 1)


def _shown(chain: Sequence[Any]) -> tuple[str, int] | None:
    """What a type of the interpreter shows of itself under a fixed name."""
    here, child = chain[:2]
    for kind in order(type(here)):
        for name in _SHOWN.get(kind, ()):
            getter = kind.__dict__.get(name)
            if getter is not None and getter.__get__(here) is child:
                return f".{name}", 1
    return None


def _class(chain: Sequence[Any]) -> tuple[str, int] | None:
    """What a class refers to besides its attributes."""
    here, child = chain[:2]
    if not is_a(here, type) or namespace(here) is child:
        return None
    for name in ("__mro__", "__bases__", "__base__"):
        if type.__dict__[name].__get__(here) is child:
            return f".{name}", 1
    return None


def _module_state(chain: Sequence[Any]) -> tuple[str, int] | None:
    """What a module of C holds outside its names."""
    here, child = chain[:2]
    if not is_a(here, types.ModuleType):
        return None
    names = types.ModuleType.__getattribute__(here, "__dict__")
    return None if names is child else (".<state>", 1)


CODE: Final[tuple[Callable[[Sequence[Any]], tuple[str, int] | None], ...]] = (
    _function,
    _cell,
    _cache,
    _local,
    _shown,
    _class,
    _module_state,
)
