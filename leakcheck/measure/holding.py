# SPDX-License-Identifier: MIT
"""By which path does the program reach a container that grows?

One pass breadth first from the modules, over what the cycle collector sees, until every wanted
container is found. Breadth first gives the path with the fewest steps, and starting from all
modules at once gives the module that is nearest. Names are looked up only for the steps of the
paths found.

No user code runs: no attribute is asked of a user's object by its own `__getattr__`, nothing is
compared or printed by its own methods. Nothing is kept alive afterwards.
"""

from __future__ import annotations

import gc
import sys
import types
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_OBJECTS: Final = 2_000_000
"""A pass stops here; what was not found by then has no path."""
_KEY_LENGTH: Final = 40
_HARNESS: Final = ("leakcheck", "_pytest", "pytest", "pluggy", "xdist", "execnet")
_SKIPPED: Final = (types.FrameType, types.TracebackType, types.CodeType)


class Path(NamedTuple):
    """How a container is reached: `text` as one writes it in Python, starting from `module`.

    For a root given by name (a fixture), `module` is empty and `text` begins with that name.
    """

    text: str
    module: str


def paths(wanted: Sequence[object], roots: Mapping[str, object]) -> list[Path | None]:
    """A path to each of `wanted`; None where none was found.

    Args:
        wanted: containers, few.
        roots: further places to start from, by the name to show (fixture values).
    """
    missing = {id(one) for one in wanted}
    names: dict[int, Path] = {}
    parents: dict[int, object] = {}
    queue: deque[object] = deque()
    for mine in (parents, names, queue, missing, wanted, roots):
        parents[id(mine)] = None
    for root, name in _starts(roots):
        if id(root) not in parents:
            parents[id(root)] = None
            names[id(root)] = name
            queue.append(root)
            missing.discard(id(root))
    # One level after the other; a module's own names come before what other modules import.
    while queue and missing and len(parents) < MOST_OBJECTS:
        parent = queue.popleft()
        for child in _referents(parent):
            if id(child) in parents or _is(child, _SKIPPED) or _runs_tests(child):
                continue
            parents[id(child)] = parent
            missing.discard(id(child))
            if gc.is_tracked(child) or _is(child, (dict, tuple, type)):
                queue.append(child)
    return [_written(one, parents, names) for one in wanted]


def _referents(parent: object) -> list[Any]:
    """What it refers to; of a module only its namespace.

    _asyncio (3.12, 3.13) also shows the dead objects of its free list, and to let go of those puts
    them on that list a second time.
    """
    if _is(parent, types.ModuleType):
        return [types.ModuleType.__getattribute__(cast("types.ModuleType", parent), "__dict__")]
    return gc.get_referents(parent)


def _is(one: object, kinds: type | tuple[type, ...]) -> bool:
    """isinstance() without asking the object itself, which may lie or raise."""
    return issubclass(type(one), kinds)


def _runs_tests(one: object) -> bool:
    """An object of pytest's or ours: what it holds, it holds for the run of the test."""
    module = type.__getattribute__(type(one), "__module__")
    return type(module) is str and module.split(".", 1)[0] in _HARNESS


def _starts(roots: Mapping[str, object]) -> Iterable[tuple[object, Path]]:
    for name, module in _modules():
        yield module, Path(name, name)
    for name, value in roots.items():
        if not _is(value, (str, int, float, type(None))):
            yield value, Path(name, "")


def _modules() -> Iterable[tuple[str, types.ModuleType]]:
    """Modules to start from: not those that run tests; the program's before the library's."""
    found = [
        (name, module)
        for name, module in list(sys.modules.items())
        if type(module) is types.ModuleType and name.split(".", 1)[0] not in _HARNESS
    ]
    found.sort(key=lambda one: one[0].split(".", 1)[0] in sys.stdlib_module_names)
    return found


def _written(found: object, parents: dict[int, object], names: dict[int, Path]) -> Path | None:
    """The steps from a root to `found`, written as Python."""
    chain = [found]
    while id(chain[-1]) not in names:
        parent = parents.get(id(chain[-1]))
        if parent is None:
            return None
        chain.append(parent)
    chain.reverse()
    text, module = names[id(chain[0])]
    index = 0
    while index + 1 < len(chain):
        step, used = _step(chain, index)
        text += step
        index += used
    return Path(text, module)


def _step(chain: list[object], index: int) -> tuple[str, int]:
    """How chain[index] is left, and how many steps of the chain that is."""
    here: Any = chain[index]
    child: Any = chain[index + 1]
    after: Any = chain[index + 2] if index + 2 < len(chain) else None
    if _is(here, types.FunctionType) and _is(child, tuple) and after is not None:
        place = _index(child, after)
        if child is here.__closure__ and place is not None:
            return f".__closure__[{here.__code__.co_freevars[place]}]", 2
        if child is here.__defaults__ and place is not None:
            return f".__defaults__[{place}]", 2
    if _is(here, types.CellType):
        return "", 1
    if _is(child, dict) and after is not None and _is_namespace(here, child):
        key = _key(child, after)
        return ("" if key is None else f".{key}" if _is(key, str) else f"[{key!r}]"), 2
    return _single(here, child), 1


def _single(here: Any, child: object) -> str:
    """One step that no namespace lies on."""
    if _is(here, dict):
        key = _key(here, child)
        return "[...]" if key is None else f"[{key!r}]"
    if _is(here, (list, tuple, deque)):
        place = _index(here, child)
        return "[...]" if place is None else f"[{place}]"
    if _is(here, (set, frozenset)):
        return "{...}"
    if _is(here, types.MethodType):
        return ".__self__" if here.__self__ is child else ".__func__"
    name = _attribute(here, child)
    return f".{name}" if name else f"<{type(child).__name__}>"


def _is_namespace(here: object, child: dict[Any, Any]) -> bool:
    """`child` is where the attributes of `here` are."""
    if _is(here, types.ModuleType):
        return types.ModuleType.__getattribute__(here, "__dict__") is child
    if _is(here, type):
        # A class shows a view of its dict; it is the one that the class refers to.
        view = type.__dict__["__dict__"].__get__(here)
        return len(view) == len(child) and all(key in child for key in ("__module__",))
    if _is(here, (dict, list, tuple, set, frozenset, deque)):
        return False
    try:
        return object.__getattribute__(here, "__dict__") is child
    except AttributeError:
        return False


def _attribute(here: object, child: object) -> str:
    """The instance attribute or slot that holds `child`; empty when there is none."""
    try:
        values = object.__getattribute__(here, "__dict__")
    except AttributeError:
        values = None
    if type(values) is dict:
        if values is child:
            return "__dict__"
        key = _key(values, child)
        if key is not None:
            return str(key)
    for base in type.__dict__["__mro__"].__get__(type(here)):
        for name, member in list(type.__dict__["__dict__"].__get__(base).items()):
            if _is(member, types.MemberDescriptorType):
                try:
                    if member.__get__(here) is child:
                        return str(name)
                except AttributeError:
                    continue
    return ""


def _key(holder: dict[Any, Any], child: object) -> str | int | None:
    """The key of `child`, where it is plain and short; None elsewhere."""
    for key, value in list(holder.items()):
        if value is child:
            if type(key) is str:
                return key[:_KEY_LENGTH]
            return key if type(key) is int else None
    return None


def _index(holder: Iterable[object], child: object) -> int | None:
    for place, one in enumerate(holder):
        if one is child:
            return place
    return None
