# SPDX-License-Identifier: MIT
"""How one writes the step from an object to one that it refers to.

Each kind of holder has a function here or in steps_code.py and steps_async.py, which takes the rest
of a chain of objects and answers with the text of the first step and how many links of the chain
it covers: `.handlers` covers two, the one from the instance to its dict and the one from the dict
to the value. None: not of this kind.
"""

from __future__ import annotations

import types
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from leakcheck.measure.plain import (
    attributes,
    bare_name,
    index_of,
    is_a,
    key_of,
    members,
    name_of,
    namespace,
)
from leakcheck.measure.steps_async import ASYNC
from leakcheck.measure.steps_code import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEQUENCES: Final = (list, tuple, deque)
_CONTAINERS: Final = (dict, *_SEQUENCES, set, frozenset)
_REPEATED: Final = 4
"""So many equal steps in a row are counted instead of written."""


def written(chain: Sequence[Any]) -> str:
    """All steps of a chain of objects, the first one's own name not included."""
    return _counted(_steps(chain))


def _steps(chain: Sequence[Any]) -> Iterator[str]:
    index = 0
    while index + 1 < len(chain):
        text, used = step(chain[index:])
        yield text
        index += used


def _counted(steps: Iterator[str]) -> str:
    """Steps in a row; a chain of a hundred `.next` is written as one, with their number."""
    runs: list[tuple[str, int]] = []
    for text in steps:
        if not text:
            continue
        if runs and runs[-1][0] == text:
            runs[-1] = (text, runs[-1][1] + 1)
        else:
            runs.append((text, 1))
    return "".join(
        f"({text})*{count}" if count >= _REPEATED else text * count for text, count in runs
    )


def step(chain: Sequence[Any]) -> tuple[str, int]:
    """How chain[0] leads to chain[1] and perhaps further, and how many links that is."""
    for kind in (*CODE, *ASYNC, _namespace, _container, _named):
        try:
            found = kind(chain)
        except (AttributeError, LookupError, TypeError, ValueError, RuntimeError):
            continue  # Half-made objects lack what their kind has; dicts change.
        if found is not None:
            return found
    return f".<{bare_name(type(chain[1]))}>", 1


def _namespace(chain: Sequence[Any]) -> tuple[str, int] | None:
    """An attribute that lies in a dict: of a module, a class or an instance."""
    here, child = chain[:2]
    if len(chain) < 3 or not is_a(child, dict) or is_a(here, _CONTAINERS):  # noqa: PLR2004
        return None
    values = namespace(here) if is_a(here, type) else attributes(here)
    if values is None or values is not child:
        return None
    name = name_of(values, chain[2])
    if name is not None:
        return f".{name}", 2
    key = key_of(values, chain[2])
    return (f".__dict__[{key}]" if key else ".__dict__.<key>"), 2


def _container(chain: Sequence[Any]) -> tuple[str, int] | None:
    """An entry of a dict, a sequence or a set."""
    here, child = chain[:2]
    if is_a(here, dict):
        key = key_of(here, child)
        if key is not None:
            return f"[{key}]", 1
        if any(one is child for one in list(dict.keys(here))):
            return ".<key>", 1
    elif is_a(here, _SEQUENCES):
        kind = next(one for one in _SEQUENCES if is_a(here, one))
        place = index_of(kind.__iter__(here), child)
        if place is not None:
            return f"[{place}]", 1
    elif is_a(here, (set, frozenset)):
        members_of = set.__iter__(here) if is_a(here, set) else frozenset.__iter__(here)
        if index_of(members_of, child) is not None:
            return "{...}", 1
    elif type(here) is types.MappingProxyType:
        return "", 1
    return None


def _named(chain: Sequence[Any]) -> tuple[str, int] | None:
    """A slot, an attribute that lies in the instance itself, or the class."""
    here, child = chain[:2]
    if not is_a(here, type):
        values = attributes(here)
        if values is child:
            return ".__dict__", 1
        name = None if values is None else name_of(values, child)
        if name is not None:
            return f".{name}", 1
    for name, value in members(here):
        if value is child:
            return f".{name}", 1
    if type(here) is child:
        return ".__class__", 1
    return None
