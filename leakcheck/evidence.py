# SPDX-License-Identifier: MIT
"""What a check has seen: frames of stacks, readings of counters, what kept blocks or was opened."""

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
class NativeFrame:
    """One level of a native stack, at the instruction that was running or calling.

    Attributes:
        library: the file of the shared object or program; empty where no file holds the code.
        offset: of the instruction, as that file's own tables count.
        function: its name as the source has it; empty where the file does not tell.
        file, line: in the source, empty and 0 likewise.
        build_id: of the library, in hexadecimal digits; empty where it has none.
        distribution, version: that installed the library; empty where that is not known.
    """

    library: str
    offset: int = 0
    function: str = ""
    file: str = ""
    line: int = 0
    build_id: str = ""
    distribution: str = ""
    version: str = ""


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
class Probed:
    """A probe that was asked in a check.

    Attributes:
        name: as on the command line.
        unit, units: what one and what several of what it counts are called.
    """

    name: str
    unit: str
    units: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What a probe counted more after a few further runs than before, by what opened it.

    Attributes:
        probe: the probe's name.
        count: so many more, in its units.
        runs: so many runs.
        frames: the stack of the line that opened them, outermost first; empty where no line of
            the thread that runs the test did.
        what: some of them in words, such as the path of a file; empty where only their number
            is known.
    """

    probe: str
    count: int
    runs: int
    frames: tuple[Frame, ...]
    what: tuple[str, ...]

    @property
    def frame(self) -> Frame | None:
        """The line that opened them; None where it is not known."""
        return self.frames[-1] if self.frames else None


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
        native: these are not Python's: a library took them from the C library, called from here.
        rate: blocks a run.
        native_frames: the calls from the allocating frame on, outermost first, where blocks are
            native; the last one asked the C library. Empty where they are not known.
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
    native: bool = False
    native_frames: tuple[NativeFrame, ...] = ()

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
