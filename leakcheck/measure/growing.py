# SPDX-License-Identifier: MIT
"""Which containers grow with the runs: a recount after a leak is certain, outside the trace.

The lengths of all lists, dicts, sets and deques are taken, the body runs a few times more, and
the lengths are taken again. Only containers that exist before are looked at: one that is made
by a run and kept is an entry of one that was there. What lies in the blocks that grew is looked
at by itself (kept.py). A function cache that has a limit is no holder of a leak: it fills beside it,
and when it is what grew, emptying it has shown that before (emptying.py).
"""

from __future__ import annotations

from collections import deque
from gc import collect, get_objects, get_referents, is_tracked
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from leakcheck.measure.able import load_core
from leakcheck.measure.caches import limited_tables
from leakcheck.measure.holding import AT_EXIT, CUT, held, is_standard
from leakcheck.measure.plain import qualified
from leakcheck.measure.series import Step, runs_for
from leakcheck.measure.sharing import Grown, shares
from leakcheck.model import Container

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SHARE: Final = 0.5
"""Part of the expected entries that makes a container one that grows with the runs."""
SHOWN: Final = 5
_KINDS: Final = (dict, list, set, deque)
_LENGTHS: Final[dict[type, Callable[[Any], int]]] = {kind: kind.__len__ for kind in _KINDS}


class Recount(Step):
    """The runs of a recount, driven like a check of the extension.

    Args:
        rate: blocks a run that the leak showed; decides how many runs are needed.
        roots: values of wider fixtures by name, where paths may begin.
    """

    def __init__(self, rate: float, roots: Callable[[], Mapping[str, object]] | None) -> None:
        self._rate = min(rate, 1.0)
        self.runs = runs_for(rate)
        self._roots = roots
        self._before: dict[int, int] = {}
        self._interned = 0
        self._asked = False
        self._addresses = b""
        self.containers: tuple[Container, ...] = ()
        self.interned = 0.0
        self.cut = False

    def next(self) -> int:
        """Runs to do before `read`; -1 when there are none left."""
        if self._asked:
            return -1
        self._asked = True
        collect()
        lengths = {id(one): _length(one) for one in _containers()}
        lengths.pop(id(lengths), None)  # It grew while it was filled.
        self._before = lengths
        self._interned = load_core().interned() or 0
        self._addresses = load_core().addresses()
        return self.runs

    def read(self) -> None:
        """Count again, and name what grew."""
        interned = (load_core().interned() or 0) - self._interned
        self.interned = max(interned, 0) / self.runs
        collect()
        before, self._before = self._before, {}
        least = max(SHARE * self.runs * self._rate, 2)
        limited = limited_tables()
        grown = [
            (one, before[id(one)], length)
            for one in _containers()
            if id(one) in before
            and id(one) not in limited
            and (length := _length(one)) - before[id(one)] >= least
            and not load_core().is_interned(one)  # counted above
        ]
        grown.sort(key=lambda one: one[1] - one[2])
        del grown[SHOWN:]
        if not grown:
            return
        ours = {id(grown), *(id(one) for one in grown)}
        fresh = [one for one in load_core().fresh(self._addresses) if id(one) not in ours]
        self._addresses = b""
        parts = shares([Grown(one, last - first) for one, first, last in grown], fresh)
        del fresh
        found = held([one for one, _, _ in grown], self._roots() if self._roots else {})
        self.cut = any(one.cut for one in found)
        grew = [
            Container(
                type=qualified(type(one)),
                path=way.path.text if way.path else "",
                module=way.path.module if way.path else "",
                before=first,
                after=last,
                runs=self.runs,
                key=way.key,
                share=part,
            )
            for (one, first, last), way, part in zip(grown, found, parts, strict=True)
            # The interpreter's own list, since CPython 3.14; an array before.
            if way.path is None or way.path.text != AT_EXIT
        ]
        self.containers = tuple(sorted(grew, key=_telling))

    def close(self) -> None:
        """Forget what was counted. Idempotent."""
        self._before = {}
        self._addresses = b""
        self._asked = True

    def found(self) -> dict[str, object]:
        """What grew, and how many strings a run were interned and stayed."""
        unexplained = (CUT,) if self.cut else ()
        return {
            "containers": self.containers,
            "interned": self.interned,
            "unexplained": unexplained,
        }


def _containers() -> Iterator[Any]:
    """Every container that the collector tracks, and those that it knows through others.

    CPython up to 3.13 does not track a dict of numbers and strings; later ones track every dict.
    """
    tracked = get_objects()
    for one in tracked:
        if issubclass(type(one), _KINDS):
            yield one
    seen: set[int] = set()
    for one in get_referents(*(one for one in tracked if not _is_module(one))):
        if type(one) is dict and not is_tracked(one) and id(one) not in seen:
            seen.add(id(one))
            yield one


def _is_module(one: object) -> bool:
    """Whether it must not be asked for its referents.

    _asyncio's (3.12, 3.13) would show the dead objects of its free list, and to let go of those
    puts them on that list a second time.
    """
    return issubclass(type(one), ModuleType)


def _length(one: Any) -> int:
    """Entries, without asking a subclass."""
    return next(_LENGTHS[kind](one) for kind in _KINDS if issubclass(type(one), kind))


def _telling(one: Container) -> tuple[int, int, str]:
    """For the order: what the program holds, the library, somebody; of these what grew most."""
    if one.path.startswith("fixture ") or (one.module and not is_standard(one.module)):
        rank = 0
    else:
        rank = 1 if one.module else 2 if one.path else 3
    return rank, one.before - one.after, one.path
