# SPDX-License-Identifier: MIT
"""What the tests of the search for holders share."""

from __future__ import annotations

import gc
import itertools
import types
from collections.abc import Sequence
from typing import Any

from leakcheck import _core


class Node:
    """Refers to others by attribute."""

    __module__ = "zoo"  # Not of the tests, whose frames and objects are passed over.


def assert_edges(objects: Sequence[object]) -> None:
    """Each object refers to the next one: the collector's own word for it."""
    for holder, held in itertools.pairwise(objects):
        if isinstance(holder, types.CodeType):
            assert any(one is held for one in holder.co_consts)
        else:
            assert any(one is held for one in gc.get_referents(holder))


def search(
    targets: list[Any],
    roots: Sequence[tuple[object, int]] = (),
    closed: Sequence[object] = (),
    harness: tuple[str, ...] = ("leakcheck", "pytest", "_pytest", "pluggy", "tests"),
    max_seconds: float = 60.0,
) -> Any:
    return _core.holders(
        targets, list(roots), closed=list(closed), harness=harness, max_seconds=max_seconds
    )


def chain(target: object, root: object) -> Any:
    """The objects from the root to the target, the root's other holders passed over."""
    found = search([target], [(root, 0)])[0][0]
    assert found is not None
    origin, objects, _ = found
    assert origin == ("given", 0)
    return objects
