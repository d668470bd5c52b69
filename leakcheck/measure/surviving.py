# SPDX-License-Identifier: MIT
"""What stayed behind after the runs of a recount, by type, and who holds it."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from leakcheck.measure.holding import HARNESS
from leakcheck.measure.plain import module_of, qualified
from leakcheck.model import Survivor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leakcheck.measure.holding import Held

SHOWN: Final = 4
SAMPLE: Final = 40
"""Objects of one type whose holders are looked for: each tells the same as the next."""


class Group(NamedTuple):
    """New objects of one type: how many, and some of them."""

    type: str
    size: int
    sample: list[Any]


def groups(fresh: Iterable[Any], least: float) -> list[Group]:
    """Types of which at least so many objects are new, the most numerous first.

    Args:
        fresh: objects that were not there before.
        least: objects of a type that count as growth with the runs.
    """
    found: defaultdict[type, list[Any]] = defaultdict(list)
    for one in fresh:
        found[type(one)].append(one)
    kinds = [
        (kind, some)
        for kind, some in found.items()
        if len(some) >= least and module_of(kind).split(".", 1)[0] not in HARNESS
    ]
    kinds.sort(key=lambda one: -len(one[1]))
    return [Group(qualified(kind), len(some), some[-SAMPLE:]) for kind, some in kinds[:SHOWN]]


def survivors(kept: Sequence[Group], found: Sequence[Held], runs: int) -> tuple[Survivor, ...]:
    """Each group with what holds it: first what native code holds, then types with a module.

    Args:
        kept: the groups.
        found: what holds the samples of all groups, in a row.
        runs: runs of the recount.
    """
    answers = []
    start = 0
    for group in kept:
        some = found[start : start + len(group.sample)]
        start += len(group.sample)
        ways = Counter(one.path for one in some if one.path is not None)
        path = ways.most_common(1)[0][0] if ways else None
        answers.append(
            Survivor(
                type=group.type,
                count=group.size,
                runs=runs,
                path=path.text if path else "",
                module=path.module if path else "",
                native=_native(some),
            )
        )
    answers.sort(key=lambda one: (not one.native, "." not in one.type))
    return tuple(answers)


def _native(found: Sequence[Held]) -> int | None:
    """References that native code holds to at least half of the objects."""
    counts = [one.native for one in found if one.native is not None]
    return statistics.median_low(counts) if counts else None
