# SPDX-License-Identifier: MIT
"""The order of steps of a check: screen and trace, then confirm what looks like a leak.

1. *Adaptive*: warm-up, screen, and for suspects a trace of three windows. It need not name lines,
   so the interpreter may go on handing out dead objects again, which is faster.
2. *Confirm*, only for what grows or is undecided: a second trace of four longer windows, so that
   caches of up to several hundred entries fill and flatten. It keeps the free lists shut, so that
   each block is charged to the line that keeps it. If it still grows, lru caches are emptied to
   see whether the growth is theirs.
3. *Recount*, for leaks: a few runs more, outside any trace, show which containers grow.

Where all places of a leak proven before grow again (the same leak seen through another test), a
short trace of the second kind takes the place of the confirmation: `Precedents`.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from leakcheck.measure.able import ensure_able, load_core
from leakcheck.measure.caches import fill_levels
from leakcheck.measure.confirm import cut_short, joined, less_caches, with_lines_of
from leakcheck.measure.convict import PHASES, WHY_STOPPED, to_result, upheld_by_sites
from leakcheck.measure.growing import Recount
from leakcheck.measure.precedents import Precedents
from leakcheck.model import Metric, Phase, Verdict

if TYPE_CHECKING:
    from leakcheck._core import Check
    from leakcheck.config import Settings
    from leakcheck.model import Result

__all__ = ["Precedents", "StepwiseCheck", "check_callable", "ensure_able"]

ADAPTIVE_WINDOWS: Final = 3
CONFIRM_FIRST_WINDOW: Final = 64
CONFIRM_WINDOWS: Final = 4
FIXED_WINDOWS: Final = 5
KNOWN_RUNS: Final = 32
"""Runs that show the lines of a leak proven before."""
_WIDE: Final = (Metric.OBJECTS, Metric.REFERENCES)

Roots = Callable[[], Mapping[str, object]]
"""Values of wider fixtures by the name to show, asked for when a leak is certain."""

Progress = Callable[[Phase, int, float], object]
"""Called between batches with the phase, the runs done and the seconds since the start."""


class StepwiseCheck:
    """A check whose runs the caller does itself (a coroutine inside a running loop).

    Usage: `while (runs := check.next()) is not None: ...do runs...; check.read()`, then
    `close()` in a finally clause, then `result()`.

    Raises:
        BlindError: nothing can be measured here.
    """

    def __init__(
        self,
        settings: Settings,
        precedents: Precedents | None = None,
        roots: Roots | None = None,
    ) -> None:
        """Prepare; nothing is measured yet."""
        ensure_able()
        self._core = load_core()
        self._settings = settings
        self._precedents = precedents
        self._began = time.perf_counter()
        self._suspect: Result | None = None
        self._known: Result | None = None  # A leak proven before that the suspect is.
        self._leak: Result | None = None  # Certain, while the recount runs.
        self._roots = roots
        self._levels: dict[int, int] = {}
        self._decided: Result | None = None
        self._check: Check | Recount | None = self._first_check()

    def _first_check(self) -> Check:
        settings = self._settings
        if settings.iterations is not None:
            return self._core.Check(  # type: ignore[no-any-return]
                mode=self._core.MODE_FIXED,
                rate=settings.rate,
                iterations=settings.iterations,
                windows=FIXED_WINDOWS,
                seed=settings.seed,
            )
        return self._core.Check(  # type: ignore[no-any-return]
            mode=self._core.MODE_ADAPTIVE,
            rate=settings.rate,
            max_seconds=settings.max_time,
            windows=ADAPTIVE_WINDOWS,
            seed=settings.seed,
            shut_free_lists=False,
        )

    def _elapsed(self) -> float:
        return time.perf_counter() - self._began

    def drive(self, body: Callable[[], object], progress: Progress | None = None) -> None:
        """Do the whole check of a callable in C."""

        def report(phase: int, runs: int, _seconds: float) -> None:
            if progress is not None:
                before = self._suspect.runs if self._suspect else 0
                progress(PHASES[phase], before + runs, self._elapsed())

        while self._check is not None:
            self._check.drive(body, report if progress is not None else None)
            self._advance()

    def next(self) -> int | None:
        """Runs to do before the next `read`; None when the check is decided."""
        while self._check is not None:
            runs = self._check.next()
            if runs >= 0:
                return runs
            self._advance()
        return None

    def read(self) -> None:
        """Collect and read the counters after the runs that `next` asked for."""
        if self._check is None:
            raise RuntimeError("the check is decided; no reading was asked for")
        self._check.read()

    def close(self) -> None:
        """Undo everything; a check that was not decided has no result. Idempotent."""
        if self._check is not None:
            self._check.close()
            self._check = None

    def result(self) -> Result:
        """The result.

        Raises:
            RuntimeError: the check was closed before it was decided.
        """
        if self._decided is None:
            raise RuntimeError("the check was closed before it was decided")
        return self._decided

    def _advance(self) -> None:
        """Take in the check that has ended: decide, or go on to confirm or recount."""
        check, self._check = self._check, None
        assert check is not None
        if isinstance(check, Recount):
            self._decide(self._recounted(check))
            return
        raw = check.result()
        result = to_result(
            raw, rate=self._settings.rate, seed=self._settings.seed, seconds=self._elapsed()
        )
        if self._settings.iterations is not None:
            self._go_on(result)
        elif self._suspect is not None:
            self._go_on(self._confirmed(result, stopped=raw["why"] == WHY_STOPPED))
        elif (
            result.verdict is Verdict.CLEAN
            or result.dropped
            or (result.verdict is Verdict.INCONCLUSIVE and raw["why"] == WHY_STOPPED)
        ):
            self._decide(result)
        else:
            self._suspect = result
            if result.verdict is Verdict.LEAK and self._precedents is not None:
                self._known = self._precedents.cover(result)
            self._levels = {} if self._known else fill_levels()
            self._check = self._confirm_check()

    def _go_on(self, result: Result) -> None:
        """Decide, after a recount where memory leaks and it is not known what grows."""
        if result.verdict.leaks and self._known is None:
            self._leak = result
            self._check = Recount(result.rate, self._roots)
        else:
            self._decide(result)

    def _decide(self, result: Result) -> None:
        self._decided = result
        if (
            result.verdict.leaks
            and self._known is None
            and self._suspect is not None
            and self._precedents is not None
        ):
            self._precedents.record(self._suspect, result)

    def _recounted(self, recount: Recount) -> Result:
        assert self._leak is not None
        return dataclasses.replace(
            self._leak,
            runs=self._leak.runs + recount.runs,
            containers=recount.containers,
            survivors=recount.survivors,
            interned=recount.interned,
            seconds=self._elapsed(),
        )

    def _confirm_check(self) -> Check:
        settings = self._settings
        if self._known:
            return self._core.Check(  # type: ignore[no-any-return]
                mode=self._core.MODE_FIXED,
                rate=settings.rate,
                max_seconds=max(settings.max_time - self._elapsed(), 1e-3),
                iterations=KNOWN_RUNS,
                seed=settings.seed + 1,
            )
        return self._core.Check(  # type: ignore[no-any-return]
            mode=self._core.MODE_CONFIRM,
            rate=settings.rate,
            max_seconds=max(settings.max_time - self._elapsed(), 1e-3),
            first_window=CONFIRM_FIRST_WINDOW,
            windows=CONFIRM_WINDOWS,
            seed=settings.seed + 1,
            wide=self._suspect is not None and self._suspect.metric in _WIDE,
        )

    def _confirmed(self, result: Result, *, stopped: bool) -> Result:
        """What the suspect and its confirmation say together."""
        suspect = self._suspect
        assert suspect is not None
        result = joined(suspect, result)
        if self._known is not None:
            return dataclasses.replace(
                with_lines_of(suspect, result),
                verdict=self._known.verdict,
                cache=self._known.cache,
                containers=self._known.containers,
                survivors=self._known.survivors,
                interned=self._known.interned,
            )
        if stopped and result.verdict is not Verdict.LEAK:
            result = cut_short(suspect, result)
        else:
            result = upheld_by_sites(result)
        return less_caches(result, self._levels) if result.verdict is Verdict.LEAK else result


def check_callable(
    body: Callable[[], object],
    settings: Settings,
    *,
    progress: Progress | None = None,
    precedents: Precedents | None = None,
    roots: Roots | None = None,
) -> Result:
    """Measure `body`, one call of which is one run.

    Args:
        body: called with no arguments as often as the decision needs.
        settings: how hard to look.
        progress: called between batches.
        precedents: leaks proven before, and where to record a new one.
        roots: where the path to a growing container may begin besides modules.

    Returns:
        The verdict with its evidence; a leak is a result, not an exception.

    Raises:
        BlindError: nothing can be measured here.
        Exception: whatever `body` or `progress` raises; everything is undone first.
    """
    check = StepwiseCheck(settings, precedents, roots)
    try:
        check.drive(body, progress)
    finally:
        check.close()
    return check.result()
