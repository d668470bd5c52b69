# SPDX-License-Identifier: MIT
"""What passes between leakcheck's parts: frozen records, no behaviour beyond arithmetic."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """What a check can say. Only LEAK fails a test by default."""

    CLEAN = "clean"
    LEAK = "leak"
    INCONCLUSIVE = "inconclusive"
    NOT_MEASURED = "not measured"


class Phase(enum.StrEnum):
    """Where in the check a reading was taken."""

    WARMUP = "warm-up"
    SCREEN = "screen"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Frame:
    """One level of a Python stack, at the instruction that was running.

    Attributes:
        file: the code object's file name, as compiled.
        function: its qualified name.
        line: 1-based line, 0 when unknown.
        end_line, column, end_column: the expression's extent; columns are 0-based byte
            offsets in the UTF-8 source line (PEP 657), None when unknown.
    """

    file: str
    function: str
    line: int
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the process-wide counters, taken after a full collection.

    Attributes:
        phase: the phase of the check.
        runs: runs done since the check began.
        blocks: live blocks of the object and mem domains (a level, not a difference;
            in the trace phase counted from the start of the trace).
        raw: live blocks of the raw domain, likewise.
    """

    phase: Phase
    runs: int
    blocks: int
    raw: int


@dataclass(frozen=True, slots=True)
class Site:
    """One allocating expression, reached by one stack, whose live blocks grew.

    Attributes:
        frames: the stack from the loop's body (first) to the allocating frame (last);
            never empty. A frame with an empty file stands for "no Python stack".
        truncated: outer frames were cut off because the stack was deeper than recorded.
        blocks: live blocks more at the last mark than at the baseline.
        bytes: likewise in bytes, as requested by the program.
        series: live blocks at every mark, relative to the baseline (so it starts at 0).
        grows: the site by itself follows the runs (the rule of csrc/core/growth.h).
        exact: every mark lies on one line of whole blocks a run.
        rate: blocks a run.
        statement: the source of the allocating frame's statement on one line, where `check`
            could read it; None elsewhere.
    """

    frames: tuple[Frame, ...]
    truncated: bool
    blocks: int
    bytes: int
    series: tuple[int, ...]
    grows: bool
    exact: bool
    rate: float
    statement: str | None = None

    @property
    def leaf(self) -> Frame:
        """The allocating frame."""
        return self.frames[-1]

    @property
    def file(self) -> str:
        """The allocating frame's file."""
        return self.leaf.file

    @property
    def line(self) -> int:
        """The allocating frame's line."""
        return self.leaf.line


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found.

    Attributes:
        verdict: the answer.
        reason: one sentence for people: why this verdict.
        rate: growth in blocks a run (0 unless LEAK or INCONCLUSIVE by growth).
        exact: every mark of the trace lies on one line of whole blocks a run.
        bound: CLEAN only: at most so many leaks a run, at 95 % (rule of three).
        judged: runs the verdict rests on.
        runs: all runs done, warm-up included.
        readings: every reading, in order.
        marks: runs since the trace's baseline at each mark of `Site.series`.
        sites: growing sites first, then sites that grew without following the runs;
            each group largest first.
        dropped: allocations the tracer could not record (any makes INCONCLUSIVE).
        seconds: wall time of the check.
        seed: seed of the order of batches.
    """

    verdict: Verdict
    reason: str
    rate: float = 0.0
    exact: bool = False
    bound: float | None = None
    judged: int = 0
    runs: int = 0
    readings: tuple[Reading, ...] = ()
    marks: tuple[int, ...] = ()
    sites: tuple[Site, ...] = ()
    dropped: int = 0
    seconds: float = 0.0
    seed: int = 0
