# SPDX-License-Identifier: MIT
"""What one session of pytest found, as records."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from leakcheck.gate.baseline import Entry  # noqa: TC001 - the schema is made from the annotations
from leakcheck.judge.sites import relative
from leakcheck.model import Result  # noqa: TC001 - the schema is made from the annotations

if TYPE_CHECKING:
    from pathlib import Path

    from leakcheck.model import Container, Frame, NativeFrame, Opened, Site


class Outcome(enum.StrEnum):
    """What pytest says of a test, all its phases taken together."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"


class Standing(enum.StrEnum):
    """How a leak stands to what is known; the worst first."""

    NEW = "new"
    WORSE = "worse"
    EXPIRED = "expired"
    KNOWN = "known"
    SUPPRESSED = "suppressed"

    @property
    def fails(self) -> bool:
        """It fails its test."""
        return self in (Standing.NEW, Standing.WORSE, Standing.EXPIRED)


@dataclass(frozen=True, slots=True)
class Tested:
    """One test of a session.

    Attributes:
        nodeid: its id.
        outcome: what pytest says of it; a leak that counts is a failure.
        file: where it is defined, from the root of the session.
        line: likewise, 0 when unknown.
        worker: of pytest-xdist, where the session gave each test to each worker or to another
            interpreter; empty otherwise.
        standing: how its leak stands to what is known; None where nothing leaks.
        by_marker: the test's own marker says so.
        note: what is said of the standing, such as the reason that is written down for it.
        why: why it has no result, for people; empty where it has one.
        result: what was measured; None where nothing was.
    """

    nodeid: str
    outcome: Outcome
    file: str
    line: int
    worker: str
    standing: Standing | None
    by_marker: bool
    note: str
    why: str
    result: Result | None


@dataclass(frozen=True, slots=True)
class Session:
    """One session of pytest, or several that were merged.

    Attributes:
        leakcheck: version of leakcheck.
        python: version of the interpreter.
        implementation: such as CPython.
        platform: such as Linux-6.1-x86_64.
        day: the day of the run, year first.
        root: the root folder, which paths of frames start from.
        options: the command line of pytest.
        rate, max_time, iterations, seed: the settings of tests without a marker.
        strict: INCONCLUSIVE fails too.
        whole: nothing chose among the tests, so that a test which is not here is gone.
        status: pytest's exit status.
        shards: sessions that were merged into this one; 1 for one that was not.
        tests: in the order of the run.
        known: the baseline that the session was held against.
        ignored: the lines of `leakcheck_ignore` likewise.
        sources: file -> line -> text: the lines around what leaks.
    """

    leakcheck: str
    python: str
    implementation: str
    platform: str
    day: str
    root: str
    options: tuple[str, ...]
    rate: float
    max_time: float
    iterations: int | None
    seed: int
    strict: bool
    whole: bool
    status: int
    shards: int = 1
    tests: tuple[Tested, ...] = ()
    known: tuple[Entry, ...] = ()
    ignored: tuple[str, ...] = ()
    sources: dict[str, dict[int, str]] = field(default_factory=dict)


def from_root(result: Result, root: Path) -> Result:
    """The result with each file under root named from there, so that it reads alike anywhere."""

    def frame(one: Frame) -> Frame:
        inside = relative(one.file, root)
        return one if inside is None else replace(one, file=inside)

    def native(one: NativeFrame) -> NativeFrame:
        library, file = relative(one.library, root), relative(one.file, root)
        return replace(one, library=library or one.library, file=file or one.file)

    def site(one: Site) -> Site:
        return replace(
            one,
            frames=tuple(map(frame, one.frames)),
            native_frames=tuple(map(native, one.native_frames)),
        )

    def container(one: Container) -> Container:
        return one if one.frame is None else replace(one, frame=frame(one.frame))

    def opened(one: Opened) -> Opened:
        return replace(one, frames=tuple(map(frame, one.frames)))

    return replace(
        result,
        opened=tuple(map(opened, result.opened)),
        sites=tuple(map(site, result.sites)),
        containers=tuple(map(container, result.containers)),
    )
