# SPDX-License-Identifier: MIT
"""Memory that is taken and given back at lines one knows, and what a trace must say of it.

Each way to take memory is a function of its own, so a block's line is told by the names of the
functions it was taken in. Addresses lie in an array of C, and objects in a list of fixed length:
to keep a block takes no other one.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from leakcheck.measure.raw import RawResult

SLOTS = 16
ENTRIES = ("perform", "perform_elsewhere")
Path = tuple[str, ...]
"""Names of the functions from one of ENTRIES to the line that took a block."""

addresses = (ctypes.c_void_p * SLOTS)()
objects: list[object] = [None] * SLOTS


def _functions(
    prefix: str, library: ctypes.CDLL = ctypes.pythonapi
) -> tuple[Callable[..., int], ...]:
    """malloc, calloc, realloc and free of a domain."""
    made = []
    for name, result, arguments in (
        ("Malloc", ctypes.c_void_p, (ctypes.c_size_t,)),
        ("Calloc", ctypes.c_void_p, (ctypes.c_size_t, ctypes.c_size_t)),
        ("Realloc", ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_size_t)),
        ("Free", None, (ctypes.c_void_p,)),
    ):
        function = library[f"{prefix}{name}"]
        function.restype = result
        function.argtypes = arguments
        made.append(function)
    return tuple(made)


DOMAINS = {
    "raw": _functions("PyMem_Raw"),
    "mem": _functions("PyMem_"),
    "object": _functions("PyObject_"),
}
UNLOCKED = _functions("PyMem_Raw", ctypes.CDLL(None))
"""The raw domain's, called with the interpreter lock given away."""


def take(domain: str, slot: int, size: int) -> None:
    addresses[slot] = DOMAINS[domain][0](size)


def take_zeroed(domain: str, slot: int, size: int) -> None:
    addresses[slot] = DOMAINS[domain][1](1, size)


def resize(domain: str, slot: int, size: int) -> None:
    addresses[slot] = DOMAINS[domain][2](addresses[slot], size)


def fail_to_resize(domain: str, slot: int, _size: int) -> None:
    assert DOMAINS[domain][2](addresses[slot], sys.maxsize - 4096) is None


def give_back(domain: str, slot: int, _size: int) -> None:
    DOMAINS[domain][3](addresses[slot])
    addresses[slot] = None


def give_back_unlocked(_domain: str, slot: int, _size: int) -> None:
    UNLOCKED[3](addresses[slot])
    addresses[slot] = None


def make_bytes(_domain: str, slot: int, size: int) -> None:
    objects[slot] = bytes(size)


def make_list(_domain: str, slot: int, size: int) -> None:
    objects[slot] = [None] * size


def make_float(_domain: str, slot: int, size: int) -> None:
    objects[slot] = size / 7.0


def drop(_domain: str, slot: int, _size: int) -> None:
    objects[slot] = None


MADE: dict[str, tuple[Callable[..., None], Callable[[int], object], int]] = {
    "bytes": (make_bytes, bytes, 1),
    "list": (make_list, lambda size: [None] * size, 2),
    "float": (make_float, lambda size: size / 7.0, 1),
}
"""How an object is made, one like it, and the blocks it takes."""
LEAVES = {
    one.__name__ for one in (take, take_zeroed, resize, *(made for made, _, _ in MADE.values()))
}
"""The functions that keep what they take."""


class Operation(NamedTuple):
    """One call, and the way to it."""

    function: Callable[..., None]
    domain: str
    slot: int
    size: int
    way: Callable[..., None]
    depth: int
    elsewhere: bool


def straight(one: Operation, depth: int) -> None:
    if depth:
        straight(one, depth - 1)
    else:
        one.function(one.domain, one.slot, one.size)


def around(one: Operation, depth: int) -> None:
    if depth:
        straight(one, depth - 1)
    else:
        one.function(one.domain, one.slot, one.size)


def perform(one: Operation) -> None:
    """Do it in this thread."""
    one.way(one, one.depth)


def perform_elsewhere(one: Operation) -> None:
    """Do it in a thread of its own."""
    one.way(one, one.depth)


def done(one: Operation) -> Path:
    """Do it; the path of a block that it takes."""
    if one.elsewhere:
        thread = threading.Thread(target=perform_elsewhere, args=(one,))
        thread.start()
        thread.join()
    else:
        perform(one)
    return (
        ENTRIES[one.elsewhere],
        one.way.__name__,
        *["straight"] * one.depth,
        one.function.__name__,
    )


class Kept(NamedTuple):
    """Blocks that are alive."""

    path: Path
    blocks: int
    bytes: int


@dataclass
class Model:
    """What is alive, of what was taken since the trace began, and what was at each mark."""

    memory: dict[int, Kept | None] = field(default_factory=dict)
    """By slot of `addresses`; None: taken before the trace."""
    objects: dict[int, Kept | None] = field(default_factory=dict)
    marks: list[dict[Path, tuple[int, int]]] = field(default_factory=list)

    def begin(self) -> None:
        """A trace begins: it does not know what there is."""
        self.memory = dict.fromkeys(self.memory)
        self.objects = dict.fromkeys(self.objects)
        self.marks = [{}]

    def mark(self) -> None:
        """Note what is alive."""
        alive: dict[Path, tuple[int, int]] = {}
        for kept in (*self.memory.values(), *self.objects.values()):
            if kept is not None:
                blocks, size = alive.get(kept.path, (0, 0))
                alive[kept.path] = blocks + kept.blocks, size + kept.bytes
        self.marks.append(alive)

    def grown(self) -> dict[Path, list[tuple[int, int]]]:
        """(blocks, bytes) at each mark, of each path where the last is not the first."""
        paths = {path for alive in self.marks for path in alive}
        series = {path: [alive.get(path, (0, 0)) for alive in self.marks] for path in paths}
        return {path: told for path, told in series.items() if told[0] != told[-1]}


def told(result: RawResult) -> dict[Path, list[tuple[int, int]]]:
    """What the trace says of the same paths."""
    found: dict[Path, list[tuple[int, int]]] = {}
    for indices, _cut, _book, blocks, sizes, _native in result["sites"]:
        names = [result["frames"][index][1] for index in indices]
        begin = next((at for at, name in enumerate(names) if name in ENTRIES), None)
        if begin is None or names[-1] not in LEAVES:
            continue
        path = tuple(names[begin:])
        before = found.get(path, [(0, 0)] * len(blocks))
        found[path] = [
            (n + more, b + bytes_more)
            for (n, b), more, bytes_more in zip(before, blocks, sizes, strict=True)
        ]
    return found
