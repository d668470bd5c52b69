# SPDX-License-Identifier: MIT
# ruff: noqa: SLF001 - private names are what this file is for
"""Fixtures that live longer than a run: what runs add to them, and what they hold."""

from __future__ import annotations

import inspect
import itertools
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.pytest_plugin._private_doctest import Repeatable

_HARNESS: Final = frozenset({"_pytest", "pytest", "pluggy", "leakcheck"})


class HigherFixtures:
    """The finalizer lists of class-, module- and session-scoped fixtures.

    Each time a fixture is set up it adds a call of its own `finish` to the fixtures it asked for.
    pytest clears those at the end of the wider scope, so repeated runs would pile them up. Not
    only function-scoped fixtures are renewed by a run: a class-scoped one that a function outside
    any class asks for lives as long as the function.
    """

    def __init__(self, item: pytest.Item) -> None:
        self._manager: Any = item.session._fixturemanager
        self._lists: list[tuple[list[Any], int]] = []
        self._known: set[int] = set()
        for fixture in self.active():
            finalizers = fixture._finalizers
            self._drop_stale(finalizers, 0)
            self._lists.append((finalizers, len(finalizers)))
            self._known.add(id(fixture))

    def active(self) -> Iterator[Any]:
        """Definitions of the wider fixtures that are set up."""
        every = getattr(self._manager, "_get_all_fixture_defs", None)  # since pytest 9.2
        fixtures = (
            every()
            if every is not None
            else itertools.chain.from_iterable(self._manager._arg2fixturedefs.values())
        )
        return (f for f in fixtures if f.cached_result is not None and f.scope != "function")

    @staticmethod
    def _drop_stale(finalizers: list[Any], start: int) -> None:
        """Delete, from `start` on, what would finish a fixture that is finished already."""
        kept = []
        for finalizer in finalizers[start:]:
            owner = getattr(getattr(finalizer, "func", None), "__self__", None)
            if not isinstance(owner, pytest.FixtureDef) or owner.cached_result is not None:
                kept.append(finalizer)
        finalizers[start:] = kept

    def trim(self) -> None:
        """Delete what the last run added; what the test itself added stays and is measured."""
        for finalizers, count in self._lists:
            if len(finalizers) > count:
                self._drop_stale(finalizers, count)

    def grew(self) -> bool:
        """A repeated run was the first to set up a fixture of a wider scope."""
        return any(id(fixture) not in self._known for fixture in self.active())


def looks_back(item: Repeatable) -> bool:
    """Code of the program's runs when the item is torn down, which may ask what the body did.

    A fixture that yields or that may add a finalizer, or a tear-down method of the old style.
    """
    closure: Any = item._fixtureinfo.name2fixturedefs
    for fixture in itertools.chain.from_iterable(closure.values()):
        function = fixture.func
        if fixture.argname.startswith("_xunit_setup"):
            return True
        own = getattr(function, "__module__", None) or ""
        if fixture.scope != "function" or own.partition(".")[0] in _HARNESS:
            continue
        kinds = (inspect.isgeneratorfunction, inspect.isasyncgenfunction)
        if "request" in fixture.argnames or any(is_kind(function) for is_kind in kinds):
            return True
    return False


def wider_fixtures(item: Repeatable) -> dict[str, object]:
    """Values of the class-, module-, package- and session-scoped fixtures that are set up.

    Those that the test names come first, then those that were asked for by name while it ran, or
    by other tests. pytest's own objects are none of the program's.
    """
    names = {name: place for place, name in enumerate(item.fixturenames)}
    active = sorted(
        HigherFixtures(item).active(), key=lambda one: names.get(one.argname, len(names))
    )
    found: dict[str, object] = {}
    for fixture in active:
        value = fixture.cached_result[0]
        if type(value).__module__.partition(".")[0] not in _HARNESS:
            found.setdefault(f"fixture `{fixture.argname}` ({fixture.scope})", value)
    return found
