# SPDX-License-Identifier: MIT
"""Steps through context variables, thread-local values, and asyncio's futures and tasks."""

from __future__ import annotations

import contextvars
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from leakcheck.measure.plain import bare_name, is_a, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TREE: Final = "hamt"  # How the nodes of a context's tree are called.


def _context(chain: Sequence[Any]) -> tuple[str, int] | None:
    """The value of a context variable, by the variable's name."""
    here = chain[0]
    if type(here) is not contextvars.Context:
        return None
    used = next(
        (at for at in range(1, len(chain)) if not bare_name(type(chain[at])).startswith(_TREE)),
        None,
    )
    if used is None:
        return ".<values>", len(chain) - 1
    for variable, value in contextvars.Context.items(here):
        if value is chain[used]:
            return f"[{variable.name}]", used
        if variable is chain[used]:
            return ".<variable>", used
    return None


def _variable(chain: Sequence[Any]) -> tuple[str, int] | None:
    """A context variable's default, or what was there before a token was made."""
    here, child = chain[:2]
    if type(here) is contextvars.ContextVar:
        return ".<default>", 1
    if type(here) is contextvars.Token:
        for name in ("var", "old_value"):
            if getattr(here, name) is child:
                return f".{name}", 1
    return None


def _thread_local(chain: Sequence[Any]) -> tuple[str, int] | None:
    """An attribute of a `threading.local`: its values lie in a dict for each thread."""
    here = chain[0]
    if not is_a(here, threading.local):
        return None
    for at in range(1, min(len(chain) - 1, 3)):
        if type(chain[at]) is dict and (name := name_of(chain[at], chain[at + 1])) is not None:
            return f".{name}", at + 1
    return None


def _future(chain: Sequence[Any]) -> tuple[str, int] | None:
    """What a future or a task of asyncio's extension holds."""
    here, child = chain[:2]
    extension = sys.modules.get("_asyncio")
    if extension is None or not is_a(here, extension.Future):
        return None
    future = extension.Future
    for name in ("_result", "_exception", "_loop", "_source_traceback"):
        getter = future.__dict__.get(name)
        if getter is not None and getter.__get__(here) is child:
            return f".{name}", 1
    if is_a(here, extension.Task):
        for name in ("_coro", "_fut_waiter"):
            getter = extension.Task.__dict__.get(name)
            if getter is not None and getter.__get__(here) is child:
                return f".{name}", 1
    if is_a(child, contextvars.Context):
        return ".<context>", 1
    return (".<done callback>", 1) if callable(child) else None


ASYNC: Final[tuple[Callable[[Sequence[Any]], tuple[str, int] | None], ...]] = (
    _context,
    _variable,
    _thread_local,
    _future,
)
