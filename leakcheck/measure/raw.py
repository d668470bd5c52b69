# SPDX-License-Identifier: MIT
"""The shape of what the extension hands over, before it becomes a model."""

from __future__ import annotations

from typing import TypedDict

RawReading = tuple[int, int, int, int, int, int]
"""(phase 0..2, runs, blocks, raw, gc objects, references); the last two -1 where not read."""

RawFrame = tuple[str, str, int, int, int, int]
"""(file, function, line, end_line, column, end_column); -1 where unknown."""

RawSite = tuple[tuple[int, ...], bool, int, list[int], list[int]]
"""(frame indices root first, truncated, domain 0 object or 1 raw, live blocks at each mark,
live bytes at each mark)."""


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
    dropped: int
    untracked_frees: int
