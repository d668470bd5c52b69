# SPDX-License-Identifier: MIT
"""Caches of the interpreter and the standard library that refill by themselves.

Of each the table says what it is called, how many entries it may hold, and which dicts it is made
of. Only entries that were added since a `Baseline` are taken out: what the program put there
before, and may not be able to make again, stays.

What needs no intervention is left out. `functools.lru_cache` (typing, fnmatch, urllib.parse,
tokenize, fractions, ipaddress) is found by its type: see caches.py. Caches of fewer than some
hundred entries at one a run (_strptime, zoneinfo) are full before a confirmation ends, and so is
the type cache, which keeps names by their address. urllib.request.urlcleanup and
mimetypes.init would take away what the program made itself; the registries of copyreg and
pickle are no caches.
"""

from __future__ import annotations

import abc
import contextlib
import sys
from dataclasses import dataclass
from gc import get_objects, get_referents
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Protocol

from leakcheck.measure.caches import FilledCache, freed_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LEAST: Final = 8
"""Entries that make a cache one that the runs were filling."""


class Held(Protocol):
    """What one cache held at some moment."""

    def added(self) -> int:
        """Entries that it holds more by now."""

    def take_out(self) -> None:
        """Empty it of what was added since."""

    def entries(self) -> int:
        """Entries that it holds now."""


@dataclass(frozen=True, slots=True)
class StdlibCache:
    """One cache.

    Attributes:
        name: as one would write it in Python.
        limit: entries that it may hold; None without a limit.
        hold: what it holds now; asks only modules that are loaded.
    """

    name: str
    limit: int | None
    hold: Callable[[], Held]


class _Dicts:
    """Dicts of one cache: the first ones are counted, shadows only emptied with them."""

    def __init__(
        self,
        find: Callable[[], list[dict[Any, Any]]],
        shadows: Callable[[], list[dict[Any, Any]]],
    ) -> None:
        self._find, self._shadows = find, shadows
        self._before = {id(one): set(one) for one in [*find(), *shadows()]}
        self._count = self.entries()

    def entries(self) -> int:
        return sum(map(len, self._find()))

    def added(self) -> int:
        return self.entries() - self._count

    def take_out(self) -> None:
        for one in [*self._find(), *self._shadows()]:
            before = self._before.get(id(one), set())
            for key in [key for key in list(one) if key not in before]:
                one.pop(key, None)


class _Subclasses:
    """What every ABC remembers of isinstance and issubclass, by weak references."""

    def __init__(self) -> None:
        self._count = self.entries()

    @staticmethod
    def _classes() -> list[Any]:
        return [one for one in get_objects() if issubclass(type(one), abc.ABCMeta)]

    def entries(self) -> int:
        dump = getattr(sys.modules.get("_abc"), "_get_dump", None)
        if dump is None:
            return 0
        count = 0
        for one in self._classes():
            with contextlib.suppress(AttributeError, TypeError):  # it skipped ABCMeta.__new__
                _, positive, negative, _ = dump(one)
                count += len(positive) + len(negative)
        return count

    def added(self) -> int:
        return self.entries() - self._count

    def take_out(self) -> None:
        clear: Callable[[Any], object] = abc.ABCMeta._abc_caches_clear  # type: ignore[attr-defined]  # noqa: SLF001
        for one in self._classes():
            with contextlib.suppress(AttributeError, TypeError):
                clear(one)


def _attributes(module: str, *names: str) -> Callable[[], list[dict[Any, Any]]]:
    """The dicts that a loaded module holds under these names."""

    def find() -> list[dict[Any, Any]]:
        loaded = sys.modules.get(module)
        if type(loaded) is not ModuleType:
            return []
        space = vars(loaded)
        return [space[name] for name in names if type(space.get(name)) is dict]

    return find


def _registries() -> list[dict[Any, Any]]:
    """Where modules remember the warnings that were shown."""
    spaces = [vars(one) for one in list(sys.modules.values()) if type(one) is ModuleType]
    found = (space.get("__warningregistry__") for space in spaces)
    return [one for one in found if type(one) is dict]


def _structs() -> list[dict[Any, Any]]:
    """The compiled formats of struct, which only the collector can reach."""
    loaded = sys.modules.get("_struct")
    if loaded is None:
        return []
    kind = vars(loaded).get("Struct")
    return [
        one
        for one in get_referents(loaded)
        if type(one) is dict and one and all(type(value) is kind for value in one.values())
    ]


def _none() -> list[dict[Any, Any]]:
    return []


def _table(
    name: str,
    limit: int | None,
    find: Callable[[], list[dict[Any, Any]]],
    shadows: Callable[[], list[dict[Any, Any]]] = _none,
) -> StdlibCache:
    return StdlibCache(name, limit, lambda: _Dicts(find, shadows))


def _of(name: str, limit: int | None, *shadows: str) -> StdlibCache:
    """A cache that is an attribute of a module, with others that stand for the same entries."""
    module, _, attribute = name.rpartition(".")
    return _table(name, limit, _attributes(module, attribute), _attributes(module, *shadows))


TABLE: Final = (
    _of("re._cache", 512, "_cache2"),
    _table("struct's cache of formats", 100, _structs),
    _of("filecmp._cache", 100),
    _of("xml.etree.ElementPath._cache", 100),
    _of("linecache.cache", None),
    _of("sys.path_importer_cache", None),
    _of("zipimport._zip_directory_cache", None),
    _of("encodings._cache", None),
    _of("ctypes._pointer_type_cache", None),
    _of("ctypes._c_functype_cache", None),
    # Only together: an entry of one stops the other from being filled again.
    _of("inspect.modulesbyfile", None, "_filesbymodname"),
    _of("gettext._translations", None),
    _table("__warningregistry__ of modules", None, _registries),
    StdlibCache("what ABCs remember of subclasses", None, _Subclasses),
)


class Baseline:
    """What every cache of the table held when this was made."""

    def __init__(self) -> None:
        self._held = [(one, one.hold()) for one in TABLE]

    def empty_filled(self) -> Iterator[FilledCache]:
        """Take out what the runs added to caches that they fill, one cache after the other."""
        for one, held in self._held:
            added = held.added()
            if added < LEAST:
                continue
            entries = held.entries()
            yield FilledCache(one.name, entries, added, one.limit, freed_by(held.take_out))
