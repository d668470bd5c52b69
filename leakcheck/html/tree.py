# SPDX-License-Identifier: MIT
"""The stacks that leak as one tree, written as the rows of a nested list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from leakcheck.judge.sites import is_harness

if TYPE_CHECKING:
    from leakcheck.model import Frame, Result, Site

DEEPEST: Final = 100
"""Levels of the list; what branches deeper stands at this level."""


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a nested list.

    Attributes:
        frames: calls one in another, with nothing that branches off between them.
        blocks, bytes: that stayed below them.
        share: of all that stayed, from 0 to 1.
        opens: a list of the items below begins behind it.
        closes: how many lists end behind it.
    """

    frames: tuple[Frame, ...]
    blocks: int
    bytes: int
    share: float
    opens: bool
    closes: int


@dataclass(slots=True)
class _Node:
    frame: Frame | None
    blocks: int = 0
    bytes: int = 0
    own: int = 0
    below: dict[tuple[str, str, int], _Node] = field(default_factory=dict)


def kept(result: Result) -> list[Site]:
    """The sites that the tree is made of."""
    return [site for site in result.sites if site.blocks > 0]


def stack(site: Site) -> list[Frame]:
    """The site's stack without what runs the test; the allocating frame where no other is left."""
    return [frame for frame in site.frames if not is_harness(frame)] or [site.leaf]


def rows(result: Result) -> tuple[Row, ...]:
    """The tree from the outermost calls on, the largest growth first."""
    root = _Node(None)
    for site in kept(result):
        node = root
        _add(node, site)
        for frame in stack(site):
            key = (frame.function, frame.file, frame.line)
            node = node.below.setdefault(key, _Node(frame))
            _add(node, site)
        node.own += site.blocks
    found: list[Row] = []
    total = max(1, root.blocks)
    waiting = [(node, 0) for node in reversed(_largest_first(root))]
    while waiting:
        node, depth = waiting.pop()
        chain = [node]
        while len(chain[-1].below) == 1 and not chain[-1].own:
            chain += chain[-1].below.values()
        inner = chain[-1]
        below = min(depth + 1, DEEPEST)
        waiting += [(one, below) for one in reversed(_largest_first(inner))]
        after = waiting[-1][1] if waiting else 0
        found.append(
            Row(
                tuple(one.frame for one in chain if one.frame is not None),
                node.blocks,
                node.bytes,
                node.blocks / total,
                after > depth,
                max(0, depth - after),
            )
        )
    return tuple(found)


def _add(node: _Node, site: Site) -> None:
    node.blocks += site.blocks
    node.bytes += site.bytes


def _largest_first(node: _Node) -> list[_Node]:
    return sorted(node.below.values(), key=lambda one: (-one.blocks, str(one.frame)))
