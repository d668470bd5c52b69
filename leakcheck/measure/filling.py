# SPDX-License-Identifier: MIT
"""The second screen of a suspect: without the caches that its runs fill.

Many a test makes something anew in each run that a cache of the library then keeps: a class that
`typing` and `inspect` remember, an address, a pattern. Such a cache has a limit, and its count is level
once it is full, after 128 runs or 512. Emptied before each reading it shows no growth at once,
and whatever grows beside it does.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from leakcheck.measure.caches import lru_caches, named_lru
from leakcheck.measure.convict import PHASES
from leakcheck.measure.stdlib_caches import TABLE
from leakcheck.model import Phase

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from leakcheck._core import Check
    from leakcheck.measure.raw import RawResult
    from leakcheck.measure.stdlib_caches import Held

LARGEST: Final = 512
"""Entries that a cache may hold at most: one that holds more is named as what grew (CACHE)."""
SEEN: Final = 2
"""Runs after which a cache that takes on an entry in each is one that the runs fill."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """One cache: what it is called, entries that it has taken on since, how it is emptied.

    Whether it is the standard library's, so that it may be emptied in later checks too: what a program
    keeps in a cache of its own for a later test may be dear to it.
    """

    name: str
    added: Callable[[], int]
    empty: Callable[[], object]
    shared: bool = False


def _lru() -> list[_Kept]:
    """Those of functools, full ones too: what they take on may be larger than what it replaces."""

    def of(wrapper: Any, first: int) -> _Kept:
        return _Kept(
            named_lru(wrapper),
            lambda: wrapper.cache_info().misses - first,
            wrapper.cache_clear,
            _of_the_library(wrapper),
        )

    kept = []
    for wrapper in lru_caches():
        info = wrapper.cache_info()
        if info.maxsize is not None and 0 < info.maxsize <= LARGEST:
            kept.append(of(wrapper, info.misses))
    return kept


def _of_the_library(wrapper: Any) -> bool:
    home = getattr(wrapper, "__module__", None)
    return isinstance(home, str) and home.partition(".")[0] in sys.stdlib_module_names


def _stdlib() -> list[_Kept]:
    """Those of the table that have a limit."""

    def of(name: str, held: Held) -> _Kept:
        return _Kept(name, held.added, held.take_out)

    return [
        of(one.name, one.hold()) for one in TABLE if one.limit is not None and one.limit <= LARGEST
    ]


class SecondScreen:
    """A screen during which the caches that the runs fill are emptied before each reading.

    It is driven like a check of the extension. After two runs it knows which caches took on an entry in
    each of them; where there are none it ends, for it would only repeat the first.

    They are emptied like those that are remembered, until `remember` is called again.

    Args:
        core: the extension.
        check: the screen, not begun.
    """

    def __init__(self, core: ModuleType, check: Check) -> None:
        self._core, self._check = core, check
        self._watched = [*_lru(), *_stdlib()]
        self._filled: list[_Kept] = []
        self._runs = self._due = 0

    @property
    def idle(self) -> bool:
        """Whether it ended because the runs fill no cache."""
        return self._runs >= SEEN and not self._filled

    @property
    def filled(self) -> tuple[str, ...]:
        """The caches that are emptied, by name."""
        return tuple(one.name for one in self._filled)

    @property
    def shared(self) -> tuple[Callable[[], object], ...]:
        """What empties those of them that are the standard library's."""
        return tuple(one.empty for one in self._filled if one.shared)

    def drive(
        self,
        body: Callable[[], object],
        progress: Callable[[int, int, float], object] | None = None,
        /,
    ) -> None:
        """Do all runs of a callable; what it raises ends the check and propagates."""
        try:
            while (runs := self.next()) >= 0:
                if progress is not None:
                    progress(PHASES.index(Phase.SCREEN), self._runs, 0.0)
                for _ in range(runs):
                    body()
                self.read()
        except BaseException:
            self.close()
            raise

    def next(self) -> int:
        """Runs to do before `read`; -1: decided, or nothing to empty."""
        if self.idle:
            self._check.close()
            return -1
        self._due = self._check.next()
        return self._due

    def read(self) -> None:
        """Let the counters be read, once it is known what the runs fill without that."""
        self._runs += self._due
        if self._runs >= SEEN and self._watched:
            self._filled = [one for one in self._watched if one.added() >= self._runs]
            self._watched = []
            empty_too(self._core, tuple(one.empty for one in self._filled))
        self._check.read()

    def close(self) -> None:
        """Undo everything. Idempotent."""
        self._check.close()

    def result(self) -> RawResult:
        """The verdict and the evidence, once decided or closed."""
        return self._check.result()


_remembered: dict[Callable[[], object], None] = {}


def remember(core: ModuleType, shared: tuple[Callable[[], object], ...] = ()) -> None:
    """Have all later checks empty these before each reading, too: many tests fill the same cache.

    Without, the first test would leave it empty, and each that follows would be a suspect until it is
    full again.

    Args:
        core: the extension.
        shared: what empties caches of the standard library.
    """
    _remembered.update(dict.fromkeys(shared))
    core.empty_also(tuple(_remembered))


def empty_too(core: ModuleType, empties: tuple[Callable[[], object], ...]) -> None:
    """Have each reading call these besides what is remembered, until `remember` is called again."""
    core.empty_also((*_remembered, *empties))
