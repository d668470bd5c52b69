# SPDX-License-Identifier: MIT
"""Reference counts of what a test's module names: references that are lost and make no block.

A missing Py_DECREF on an object that exists already (a dtype, a class, an argument that the module
keeps) leaves no new block behind; only the object's own count grows. So the counts of the values
of the test's module, of the modules of the project and of dependencies that it imports, and of
their types are added up with the other counters (csrc/py/pycounts.h). Here is decided which modules
these are and, once the sum leaks, which object it is and at which line.

From CPython 3.12 on, None, small numbers, interned strings and static types have no count.
"""

from __future__ import annotations

import sys
from types import FunctionType, MethodType, ModuleType
from typing import Any, Final

from leakcheck.measure.able import load_core
from leakcheck.measure.counting_lines import Lines
from leakcheck.measure.holding import HARNESS
from leakcheck.measure.plain import is_a, items, qualified
from leakcheck.measure.series import RUNS_MAX, Step, runs_for
from leakcheck.model import Count

Names = dict[str, Any]

SHARE: Final = 0.7
"""Part of the expected references that an object or a line must gain."""
SHOWN: Final = 3
MODULES: Final = 16
"""Modules that a test's module imports and that are looked at."""


def names_in(module: object) -> Names | None:
    """The names of a module; None for anything else."""
    if type(module) is not ModuleType:
        return None
    found = ModuleType.__getattribute__(module, "__dict__")
    return found if type(found) is dict else None


def names_of(body: object) -> Names | None:
    """The names of the module that a function was written in; None where that is not known."""
    for _ in range(MODULES):  # A partial of a partial of a method.
        if is_a(body, FunctionType):
            found = FunctionType.__dict__["__globals__"].__get__(body)
            return found if type(found) is dict else None
        if is_a(body, MethodType):
            body = MethodType.__dict__["__func__"].__get__(body)
        elif type(body).__name__ == "partial" and type(body).__module__ == "functools":
            body = body.func  # type: ignore[attr-defined]
        else:
            return None
    return None


def namespaces(names: Names | None) -> tuple[Names, ...]:
    """Of a module's names: these, and those of the modules that it imports."""
    if names is None:
        return ()
    found = [names]
    for value in [one for one in dict.values(names) if type(one) is ModuleType]:
        inner = names_in(value)
        if inner is None or len(found) > MODULES or any(inner is one for one in found):
            continue
        name = dict.get(inner, "__name__")  # Every test pays for this: no look at each key.
        top = name.partition(".")[0] if type(name) is str else ""
        if top not in sys.stdlib_module_names and top not in HARNESS:
            found.append(inner)
    return tuple(found)


class CountedObjects(Step):
    """Runs that show whose count grows, and then at which line, driven like a check.

    Args:
        names: of the test's module.
        rate: references a run that leak.
    """

    def __init__(self, names: Names, rate: float) -> None:
        self._spaces = namespaces(names)
        self._rate = min(rate, 1.0)
        self._each = min(runs_for(rate), RUNS_MAX)
        self.runs = 2 * self._each
        self._asked = 0
        self._objects: list[Any] = []
        self._before: list[int] = []
        self._grown: list[tuple[Any, int, int]] = []
        self._lines: Lines | None = None
        self.counts: tuple[Count, ...] = ()

    def next(self) -> int:
        """Runs to find the object, then runs to find the line; -1 after these."""
        self._asked += 1
        if self._asked == 1:
            self._objects = load_core().counted(self._spaces)
            self._before = [sys.getrefcount(one) for one in self._objects]
            return self._each
        if self._asked == 2 and self._grown:  # noqa: PLR2004
            self._lines = Lines([one for one, _, _ in self._grown])
            self._lines.start()
            return self._each
        self.close()
        return -1

    def read(self) -> None:
        """See what the runs added."""
        if self._lines is not None:
            self._lines.stop()
            self._tell(self._lines)
            return
        after = [sys.getrefcount(one) for one in self._objects]
        least = max(SHARE * self._each * self._rate, 2)
        self._grown = [
            (one, first, last)
            for one, first, last in zip(self._objects, self._before, after, strict=True)
            if last - first >= least
        ]
        self._grown.sort(key=lambda one: one[1] - one[2])
        del self._grown[SHOWN:]

    def close(self) -> None:
        """Forget what was counted. Idempotent."""
        if self._lines is not None:
            self._lines.stop()
        self._objects, self._before, self._grown, self._lines = [], [], [], None
        self._asked = 2

    def found(self) -> dict[str, object]:
        """Whose counts grow; no line that made a block has a part in it."""
        return {"counts": self.counts, "sites": ()}

    def _tell(self, lines: Lines) -> None:
        least = SHARE * self._each * self._rate
        told = []
        for place, (one, first, last) in enumerate(self._grown):
            name, module = self._named(one)
            told.append(
                Count(
                    type=qualified(type(one)),
                    path=name,
                    module=module,
                    before=first,
                    after=last,
                    runs=self._each,
                    frame=lines.most(place, least),
                )
            )
        self.counts = tuple(told)

    def _named(self, wanted: object) -> tuple[str, str]:
        """How a module names an object, and the module; of a type that none names, its own name."""
        for space in self._spaces:
            for name, value in items(space):
                if value is wanted and type(name) is str and not name.startswith("__"):
                    module = str(space.get("__name__", ""))
                    return f"{module}.{name}", module
        return qualified(wanted) if is_a(wanted, type) else "", ""  # type: ignore[arg-type]
