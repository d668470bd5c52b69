# SPDX-License-Identifier: MIT
"""What a check has seen: frames of stacks, readings of counters, and sites that kept blocks."""

from __future__ import annotations

from dataclasses import dataclass

from leakcheck.terms import Phase  # noqa: TC001 - the schema is made from the annotations


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
        objects: objects that the cycle collector tracks; None where they were not read.
        references: entries of all lists and deques; None likewise.
        counts: reference counts of what the test's module names; None likewise.
        probes: what each probe of the check said, in their order; None likewise.
    """

    phase: Phase
    runs: int
    blocks: int
    raw: int
    objects: int | None = None
    references: int | None = None
    counts: int | None = None
    probes: tuple[int, ...] | None = None


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
