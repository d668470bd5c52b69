# SPDX-License-Identifier: MIT
"""What is timed: four bodies of about a millisecond that leave nothing behind."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


class Pair:
    """Two fields: an object, a list, an int, two tuples per use below."""

    __slots__ = ("left", "right")

    def __init__(self, left: object, right: object) -> None:
        self.left = left
        self.right = right


def allocate() -> int:
    """Allocation-bound: 1,000 times an object with a list and a tuple, and a dict at once dropped.

    About seven blocks a turn, most of them alive until the end of the run.
    """
    kept = []
    for number in range(1000, 2000):
        kept.append(Pair([number + 1], (number, number)))
        {"number": number}  # noqa: B018
    return len(kept)


def call() -> int:
    """Call-bound: some 4,000 calls that allocate next to nothing."""

    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    return fibonacci(17)


_RECORD: Final = {
    "id": 123456,
    "name": "a name of some length",
    "tags": ["red", "green", "blue"] * 5,
    "values": [number / 7 for number in range(100)],
    "nested": {str(number): {"even": number % 2 == 0} for number in range(30)},
}


def convert() -> None:
    """The json module's C code: a record of about 200 values, written and read five times."""
    for _ in range(5):
        json.loads(json.dumps(_RECORD))


_TEXT: Final = "key=value; other = 12.5, third='text' ; " * 60
_PAIR: Final = re.compile(r"(\w+)\s*=\s*('[^']*'|[\w.]+)")


def match() -> None:
    """The re module's C code: 180 matches, each with its groups."""
    for _ in range(3):
        for found in _PAIR.finditer(_TEXT):
            found.groups()


WORKLOADS: Final[dict[str, Callable[[], object]]] = {
    "allocation": allocate,
    "calls": call,
    "json": convert,
    "regex": match,
}


def under(depth: int, work: Callable[[], object]) -> Callable[[], object]:
    """A body whose `work` runs as frame number `depth` of the body's stack.

    Python frames only, and counted from the body, which is frame 1: at most `depth` of them lie
    between the loop and the frame of `work`, itself included.
    """
    if depth < 3:
        raise ValueError(f"depth must be 3 or more (body, descent, work), not {depth}")

    def descend(more: int) -> object:
        return descend(more - 1) if more else work()

    def body() -> object:
        return descend(depth - 3)

    return body
