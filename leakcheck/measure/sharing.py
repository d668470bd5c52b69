# SPDX-License-Identifier: MIT
"""How much of what stayed behind is each growing container's.

An object that one container alone reaches is all that container's; one that several reach is
split evenly between them, because each of these has to let go of it. The sum says which of
several leaks is worth mending first, where a size that counts everything below a container would
count what two of them hold twice.
"""

from __future__ import annotations

from gc import get_referents
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from leakcheck.measure.plain import is_a

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Grown(NamedTuple):
    """A container that grew, and by how many entries."""

    container: object
    entries: int


def shares(roots: Sequence[Grown], fresh: Iterable[object]) -> list[float]:
    """The part of all that stayed which is each root's; their sum is 1, or 0 without any.

    Args:
        roots: what grew.
        fresh: objects that were not there before, as far as the collector knows them. Entries
            that it does not know, such as strings, count for the container they are in.
    """
    new = {id(one): one for one in fresh if not is_a(one, ModuleType)}
    for root in roots:
        new.pop(id(root.container), None)
    reached: dict[int, list[int]] = {}
    totals = [0.0] * len(roots)
    for place, root in enumerate(roots):
        entries = _among(new, [root.container])
        totals[place] += max(root.entries - len(entries), 0)
        for one in _below(new, entries):
            reached.setdefault(one, []).append(place)
    for places in reached.values():
        for place in places:
            totals[place] += 1 / len(places)
    every = sum(totals)
    return [total / every if every else 0.0 for total in totals]


def _below(new: dict[int, object], entries: set[int]) -> set[int]:
    """The new objects that are reached from these by way of new ones, themselves included."""
    seen = set(entries)
    waiting = list(entries)
    while waiting:
        further = _among(new, [new[one] for one in waiting]) - seen
        seen |= further
        waiting = list(further)
    return seen


def _among(new: dict[int, object], objects: list[object]) -> set[int]:
    """Which of the new objects these refer to."""
    return {id(one) for one in get_referents(*objects)} & new.keys()
