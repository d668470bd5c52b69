# SPDX-License-Identifier: MIT
"""What lies in the blocks that grew, by type, and who holds it.

The extension finds the objects (csrc/py/pyowners.h), right after a trace. Here they are put
together by the line that allocated them and their type, and it is said what native code holds.

Blocks that nothing leads to are counted. Where the first words of such blocks are those of an
object, its type is said, for the reader to judge; no such block is ever used as an object.

Nothing here may fill a cache: caches that grew since the trace began are emptied next, to see whether
the leak is theirs. (`collections.Counter` does: it asks its argument for an abstract base class.)
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from leakcheck.measure.convict import sites_of
from leakcheck.measure.holding import HARNESS, MAX_SECONDS, held
from leakcheck.measure.plain import has_flag, module_of, qualified
from leakcheck.model import Survivor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from leakcheck.measure.holding import Held, Path
    from leakcheck.measure.raw import RawOwners, RawResult
    from leakcheck.model import Result, Site

SHOWN: Final = 8
"""Types that are told."""
SHARE: Final = 0.5
"""Part of a line's growth that objects of a type must be to belong to it."""
_SAMPLE: Final = 24
_LOOSE, _OWNED, _OBJECT = range(3)
_HAVE_GC: Final = 1 << 14  # Py_TPFLAGS_HAVE_GC
_PLAIN: Final = (str, bytes, int, float)
_EXAMPLE: Final = 32


@dataclass(slots=True)
class _Group:
    """Blocks of one line with objects of one type, in one state."""

    site: Site
    state: int
    kind: type
    count: int = 0
    inner: int = 0
    by: type | None = None
    references: int = -1
    sample: list[Any] = field(default_factory=list)
    found: list[Held] = field(default_factory=list)

    @property
    def is_inner(self) -> bool:
        """Most of them are pointed to from memory whose references can't be seen."""
        return 2 * self.inner > self.count

    @property
    def path(self) -> Path | None:
        """The commonest way to one of them; of ways met once, the longest.

        That is along a chain and not to its head alone, whichever of its objects were asked.
        """
        ways = [one.path for one in self.found if one.path is not None]
        return max(ways, key=lambda way: (ways.count(way), len(way.text), way), default=None)


def kept(
    owners: Sequence[RawOwners],
    raw: RawResult,
    result: Result,
    roots: Mapping[str, object],
    max_seconds: float = MAX_SECONDS,
) -> tuple[tuple[Survivor, ...], int, bool]:
    """What stayed behind at the lines that follow the runs, and blocks that are no object's.

    The last of the answer: the search for holders ended for want of time.

    Args:
        owners: what the extension found.
        raw: its result, which numbers the sites.
        result: made from it.
        roots: further places where paths may begin, by the name to show.
        max_seconds: the search for holders ends by then.
    """
    runs = raw["marks"][-1] if raw["marks"] else 0
    groups, unowned = _groups(owners, sites_of(raw, result.sites), runs)
    groups.sort(key=_telling)
    shown = groups[:SHOWN]
    pointing = {one.by for one in shown if one.is_inner}
    searched = shown + [one for one in groups[SHOWN:] if one.kind in pointing]
    wanted = [one for group in searched for one in group.sample]
    found = iter(held(wanted, roots, max_seconds=max_seconds) if wanted else [])
    wanted.clear()
    for group in searched:
        group.found = [next(found) for _ in group.sample]
    cut = any(one.cut for group in searched for one in group.found)
    told = [_survivor(group, searched, runs) for group in shown]
    told.sort(key=lambda one: (not one.native, not one.ring, "." not in one.type))
    return tuple(told), unowned, cut


def _groups(
    owners: Sequence[RawOwners], sites: Sequence[Site | None], runs: int
) -> tuple[list[_Group], int]:
    """The groups that grow with the runs; blocks without an owner that can't be objects."""
    merged: dict[tuple[int, int, str], _Group] = {}
    unowned = 0
    grows = any(one is not None and one.grows for one in sites)
    for index, state, kind, count, inner, by, references, sample in owners:
        site = sites[index]
        if site is None or state == _OWNED:
            continue
        if kind is None:
            unowned += count - inner if site.grows or not grows else 0
            continue
        if module_of(kind).split(".", 1)[0] in HARNESS:
            continue
        key = (id(site), state, qualified(kind))
        group = merged.setdefault(key, _Group(site, state, kind))
        group.count += count
        group.inner += inner
        group.by = group.by or by
        group.sample += sample[: _SAMPLE - len(group.sample)]
        group.references = min(
            (one for one in (group.references, references) if one >= 0), default=-1
        )
    grown = [one for one in merged.values() if one.count >= _least(one.site, runs)]
    return grown, unowned


def _least(site: Site, runs: int) -> float:
    """Objects that are growth of that line.

    Beside something that fills, the objects of a line may grow while the line as a whole does not.
    """
    return max(SHARE * runs * min(site.rate, 1.0), 2) if site.grows else SHARE * runs


def _telling(one: _Group) -> tuple[bool, bool, int]:
    """For the order: what nothing leads to, then types that somebody wrote, then the most."""
    loose = one.state == _LOOSE and not one.is_inner
    return not loose, "." not in qualified(one.kind), -one.count


def _survivor(group: _Group, every: Iterable[_Group], runs: int) -> Survivor:
    path = group.path
    native = _native(group, every)
    by = group.by if native is not None and group.is_inner else None
    # What holds the references was made by native code; what it holds, anywhere.
    site = next((one.site for one in every if one.kind is by), group.site)
    return Survivor(
        type=qualified(group.kind),
        count=group.count,
        runs=runs,
        path=path.text if path else "",
        module=path.module if path else "",
        native=native,
        frame=site.leaf,
        listed=group.state == _OBJECT,
        ring=_is_ring(group, native),
        by=qualified(by) if by is not None else "",
        example=_example(group),
    )


def _native(group: _Group, every: Iterable[_Group]) -> int | None:
    """References of native code to each of them; None where that can't be told.

    What lies in memory of an extension's object, in a place that its tp_traverse does not show, is
    that object's: native code lost it only if nothing leads to that object either.
    """
    if group.state == _LOOSE:
        return None if group.is_inner else max(group.references, 1)
    if not has_flag(group.kind, _HAVE_GC):
        return None  # tp_traverse need not show all references to it.
    if group.is_inner and (
        group.path is not None
        or any(
            one.kind is group.by and (one.path is not None or one.state == _LOOSE) for one in every
        )
    ):
        return None
    counts = [one.native for one in group.found if one.native is not None]
    return statistics.median_low(counts) if counts else None


def _is_ring(group: _Group, native: int | None) -> bool:
    """Nothing but such objects and what they hold refers to them."""
    if group.state == _LOOSE:
        return group.is_inner
    return native == 0 and bool(group.found) and group.path is None


def _example(group: _Group) -> str:
    """The text of one of them, of types whose text is the interpreter's own."""
    if group.kind not in _PLAIN or not group.sample:
        return ""
    one = group.sample[0]
    if group.kind in {str, bytes}:
        text = repr(one[:_EXAMPLE])
        whole = len(one) <= _EXAMPLE and len(text) <= _EXAMPLE
        return text if whole else f"{text[:_EXAMPLE]}..."
    if group.kind is int and one.bit_length() > 3 * _EXAMPLE:
        return f"a number of {one.bit_length():,} bits"
    return repr(one)
