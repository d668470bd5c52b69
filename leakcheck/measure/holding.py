# SPDX-License-Identifier: MIT
"""Who holds an object: the path by which the program reaches it, and what native code holds.

The extension searches the heap once for all objects asked for (csrc/py/pyholders.h). Here is
decided where paths may begin and what each beginning costs, and the paths are written as one
writes them in Python.

No user code runs: no attribute is asked of a user's object by its own `__getattr__`, nothing is
compared or printed by its own methods. Nothing is kept alive afterwards.
"""

from __future__ import annotations

import sys
import threading
import types
from typing import TYPE_CHECKING, Final, NamedTuple

from leakcheck.measure.able import load_core
from leakcheck.measure.plain import entry, is_a, module_of, qualified
from leakcheck.measure.steps import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from leakcheck.measure.raw import RawChain

MAX_SECONDS: Final = 5.0
"""A search stops here; what was not found by then has no path."""
CUT: Final = f"the search for who holds it ended after {MAX_SECONDS:g} s"
AT_EXIT: Final = "atexit callback"
"""The path to what the interpreter calls at its end (csrc/py/pyroots_body.h says the same)."""
HARNESS: Final = ("leakcheck", "_pytest", "pytest", "pluggy", "xdist", "execnet")
_HEAD: Final = 40  # Objects of a long chain before those that are left out.

# What the beginning of a path costs. A step costs 4, one that nobody writes 1 or 2: a project's
# path may be some five steps longer than one from the standard library. What only frames, threads
# and the interpreter hold comes after all of these.
_PROJECT: Final = 0
_FIXTURE: Final = 2
_DEPENDENCY: Final = 4
_STANDARD: Final = 20
_INNER: Final = 8  # What two modules lead to is told from the one that people know.


class Path(NamedTuple):
    """How an object is reached: `text` as one writes it in Python, starting from `module`.

    For a root given by name (a fixture) and for what a thread or the interpreter holds, `module`
    is empty and `text` begins with that name.
    """

    text: str
    module: str


class Held(NamedTuple):
    """What a search found of one object.

    Attributes:
        path: None where none was found.
        native: references that nothing in the heap accounts for, so native code holds them: None
            where the search did not end or the interpreter does not count this object.
        cut: the search ended for want of time.
        key: where the last part of the way leads through the closure of a function that another
            function made, that part, by the function's own name: the same for all that were made
            there. Empty elsewhere.
    """

    path: Path | None
    native: int | None
    cut: bool = False
    key: str = ""


def paths(wanted: Sequence[object], roots: Mapping[str, object]) -> list[Path | None]:
    """A path to each of `wanted`; None where none was found.

    Args:
        wanted: objects; one search does for all.
        roots: further places to start from, by the name to show (fixture values).
    """
    return [one.path for one in held(wanted, roots)]


def held(
    wanted: Sequence[object],
    roots: Mapping[str, object],
    *,
    max_seconds: float = MAX_SECONDS,
) -> list[Held]:
    """What holds each of `wanted`: see `paths`."""
    names: list[Path] = []
    starts: list[tuple[object, int]] = []
    closed: list[object] = [sys.modules, roots, names]
    for name, module in list(sys.modules.items()):
        if type(name) is not str:
            continue
        if name.split(".", 1)[0] in HARNESS:
            closed += [module, *_dict_of(module)]
        else:
            names.append(Path(name, name))
            starts.append((module, _cost(name, module)))
    for name, value in roots.items():
        if not is_a(value, (str, int, float, type(None))):
            names.append(Path(name, ""))
            starts.append((value, _FIXTURE))
    chains, found, counted, cut, _ = load_core().holders(
        wanted, starts, closed=closed, harness=HARNESS, max_seconds=max_seconds
    )
    return [
        Held(
            None if chain is None else _written(chain, names),
            None if cut or count < 0 else max(count - references, 0),
            cut,
            "" if chain is None or chain[2] else _made_in(chain[1]),
        )
        for chain, references, count in zip(chains, found, counted, strict=True)
    ]


def _dict_of(module: object) -> Iterable[object]:
    """A module's names; whatever else stands in sys.modules has none."""
    if is_a(module, types.ModuleType):
        yield types.ModuleType.__getattribute__(module, "__dict__")


def is_standard(module: str) -> bool:
    """Whether a module is the standard library's."""
    return module.split(".", 1)[0] in sys.stdlib_module_names and module != "__main__"


def _cost(name: str, module: object) -> int:
    if is_standard(name):
        return _STANDARD + (_INNER if "." in name or name.startswith("_") else 0)
    for values in _dict_of(module):
        file = entry(values, "__file__")  # type: ignore[arg-type]
        if type(file) is str and "-packages" in file:
            return _DEPENDENCY
    return _PROJECT


def _written(chain: RawChain, names: Sequence[Path]) -> Path:
    """The steps from a root to the object, written as Python."""
    origin, objects, skipped = chain
    if origin == ("interpreter", AT_EXIT):
        objects = _of_callback(objects)
    if skipped:
        first, last = written(objects[:_HEAD]), written(objects[_HEAD:])
        steps = f"{first} ... {skipped:,} more ... {last}"
    else:
        steps = written(objects)
    if origin[0] == "given":
        text, module = names[origin[1]]
        if module and not is_a(objects[0], types.ModuleType) and len(objects) > 1:
            # The path begins at the module's names, not at the module.
            steps = _of_names(objects[0], steps)
    elif origin[0] == "frame":
        _, thread, code, local = origin
        what = f"local `{local}`" if local else "a value"
        text, module = f"{what} of {code.co_qualname}(){_in_thread(thread)}", ""
    elif origin[0] == "thread":
        text, module = f"{origin[2]}{_in_thread(origin[1], always=True)}", ""
    elif origin[0] == "interpreter":
        text, module = origin[1], ""
    else:
        kind = objects[0]
        assert isinstance(kind, type)
        text, module = qualified(kind), module_of(kind)
    return Path(text + steps, module)


def _of_callback(objects: tuple[object, ...]) -> tuple[object, ...]:
    """A chain that begins at a function to be called at exit, at its arguments or keywords.

    Since CPython 3.14 they lie in a tuple of a list, which no program sees.
    """
    return objects[2:] if is_a(objects[0], list) else objects


def _made_in(objects: Sequence[object]) -> str:
    """The steps from the last function that was made by another one; empty without one."""
    for place in range(len(objects) - 2, -1, -1):
        here = objects[place]
        if not is_a(here, types.FunctionType):
            continue
        code = types.FunctionType.__dict__["__code__"].__get__(here)
        closure = types.FunctionType.__dict__["__closure__"].__get__(here)
        if closure is objects[place + 1] and "<locals>" in code.co_qualname:
            names = types.FunctionType.__dict__["__globals__"].__get__(here)
            module = entry(names, "__name__")
            made = f"{module}.{code.co_qualname}" if type(module) is str else code.co_qualname
            return made + written(objects[place:])
    return ""


def _of_names(_names: object, steps: str) -> str:
    """`['x'].y` from a module's dict is `.x.y` from the module."""
    if steps.startswith("['") and "']" in steps:
        name, _, rest = steps[2:].partition("']")
        if name.isidentifier():
            return f".{name}{rest}"
    return steps


def _in_thread(ident: int, *, always: bool = False) -> str:
    """Such as " in thread worker"; nothing for the main one unless it is to be said."""
    main = threading.main_thread()
    if ident == main.ident and not always:
        return ""
    # Not threading.enumerate(): it takes a lock that a stopped thread may hold.
    running = dict(threading._active)  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        name = object.__getattribute__(running.get(ident), "_name")
    except AttributeError:  # Not started by `threading`.
        name = None
    return f" in thread {name if type(name) is str else ident}"
