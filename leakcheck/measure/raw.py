# SPDX-License-Identifier: MIT
"""The shape of what the extension hands over, before it becomes a model."""

from __future__ import annotations

from types import CodeType
from typing import Literal, TypedDict

RawReading = tuple[int, int, int, int, int, int, int, tuple[int, ...] | None]
"""(phase 0..2, runs, blocks, raw, gc objects, references, reference counts, what each probe said);
-1 and None where not read."""

RawFrame = tuple[str, str, int, int, int, int]
"""(file, function, line, end_line, column, end_column); -1 where unknown."""

RawSite = tuple[tuple[int, ...], bool, int, list[int], list[int], tuple[int, ...]]
"""(frame indices root first, truncated, book 0 object, 1 raw or 2 native, live blocks at each mark,
live bytes at each mark, addresses of the native stack, outermost first, where it was taken)."""

RawPlace = tuple[str, int, str, bytes]
"""(file of the object as the loader knows it, empty for the program itself; offset in it as its
own tables count; symbol that it exports there, or empty; build id, or empty)."""


class RawResult(TypedDict):
    """What `_core.Check.result()` returns."""

    verdict: int
    why: int
    metric: int
    slope: float
    exact: bool
    bound: float
    judged: int
    runs: int
    windows: int
    readings: list[RawReading]
    marks: list[int]
    window_ends: list[int]
    sites: list[RawSite]
    frames: list[RawFrame]
    wide: bool
    """gc objects and references were read wherever they were to be."""
    native_sound: bool
    """No library was unloaded since the trace began, so that the addresses are what they were."""
    native_unplaced: int
    """Native blocks recorded without their native stack, for which there was no memory or room."""
    dropped: int
    untracked_frees: int


RawOrigin = (
    tuple[Literal["given"], int]
    | tuple[Literal["frame"], int, CodeType, str | None]
    | tuple[Literal["thread"], int, str]
    | tuple[Literal["interpreter"], str]
    | tuple[Literal["static type"]]
)
"""Where a path begins: index of the root given; a running frame's thread, code and variable
(None: another value of the frame); a thread's ident and what of it; what of the interpreter."""

RawChain = tuple[RawOrigin, tuple[object, ...], int]
"""(origin, objects from the root to the target, how many were left out after the first 40)."""

RawHolders = tuple[list[RawChain | None], list[int], list[int], bool, int]
"""(a chain for each target, references found to it, what it counts itself or -1 where that says
nothing, the time ran out, objects visited)."""

RawOwners = tuple[int, int, type | None, int, int, type | None, int, list[object]]
"""(index of the site, state, type, blocks, of these inner, by, references, some of the objects).

State 2: an object that something known leads to lies in each block. 1: something known points into
it, such as a list to its items. 0: nothing does; where the block has the first words of an object,
they say the type. Inner: memory whose references no tp_traverse shows points to it; by: the type of
the object that such memory belongs to. References: the least that one of the objects counts itself,
-1 where that says nothing."""
