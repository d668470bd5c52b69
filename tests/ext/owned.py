# SPDX-License-Identifier: MIT
"""What the tests of blocks and their owners share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from leakcheck import _core

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 40
LOOSE, OWNED, OBJECT = range(3)


class Owned(NamedTuple):
    """Blocks of all sites in one state with objects of one type."""

    count: int
    inner: int
    by: set[type | None]
    references: int
    sample: list[Any]


def owners(body: Callable[[], object]) -> dict[tuple[int, type | None], Owned]:
    """What lies in the blocks that a body keeps, by state and type; what is rare is left out."""
    check = _core.Check(mode=_core.MODE_FIXED, iterations=RUNS)
    check.drive(body)
    told = check.owners(60.0)
    assert told is not None
    found: dict[tuple[int, type | None], Owned] = {}
    for _site, state, kind, count, inner, by, references, sample in told:
        old = found.get((state, kind), Owned(0, 0, set(), 2**40, []))
        found[state, kind] = Owned(
            old.count + count,
            old.inner + inner,
            old.by | {by},
            min(old.references, references),
            old.sample + sample,
        )
    return {key: one for key, one in found.items() if one.count >= RUNS}
