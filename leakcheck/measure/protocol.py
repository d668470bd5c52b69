# SPDX-License-Identifier: MIT
"""The order of steps of a check: screen and trace, then confirm what looks like a leak.

1. *Adaptive* (screens.py): warm-up, screen, for suspects a second screen without the caches that they
   fill, and a trace of three windows, or of one where it is exact to the block. It need not name
   lines, so the interpreter may go on handing out dead objects again, which is faster.
2. *Confirm*, only for what grows or is undecided: a second trace of four longer windows (more at
   small rates), so that caches of up to several hundred entries fill and flatten, and so that its
   pace can be held against the first. It keeps the free lists shut, so that each block is charged
   to the line that keeps it. If it still grows, caches that it filled are emptied to see whether
   the growth is theirs.
3. Further steps for leaks, a few runs each, outside any trace: further.py has their order.

Where all places of a leak proven before grow again (the same leak seen through another test), a
short trace of the second kind takes the place of the confirmation, if memory grows in it as well:
`Precedents`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from leakcheck.errors import ProbeError
from leakcheck.measure import plan
from leakcheck.measure.able import ensure_able, load_core
from leakcheck.measure.clock import now
from leakcheck.measure.confirm import as_proven, concluded, goes_on, joined, longer, with_lines_of
from leakcheck.measure.convict import PHASES, UNTRACED, WHY_STOPPED, to_result
from leakcheck.measure.counting import names_of, namespaces
from leakcheck.measure.emptying import Caches, less_caches
from leakcheck.measure.explaining import with_objects
from leakcheck.measure.further import Further, steps
from leakcheck.measure.inputs import Inputs
from leakcheck.measure.native_names import named
from leakcheck.measure.precedents import Precedents
from leakcheck.measure.screens import Screens
from leakcheck.model import Phase, Result, Verdict
from leakcheck.probe import begun, ended

if TYPE_CHECKING:
    from leakcheck._core import Check
    from leakcheck.config import Settings
    from leakcheck.measure.counting import Names
    from leakcheck.measure.filling import SecondScreen
    from leakcheck.measure.raw import RawResult
    from leakcheck.measure.series import Step

__all__ = ["Precedents", "StepwiseCheck", "check_callable"]

Roots = Callable[[], Mapping[str, object]]
"""Values of wider fixtures by the name to show, asked for when a leak is certain."""

Progress = Callable[[Phase, int, float], object]
"""Called between batches with the phase, the runs done and the seconds since the start."""


class StepwiseCheck:
    """A check whose runs the caller does itself (a coroutine inside a running loop).

    Usage: `while (runs := check.next()) is not None: ...do runs...; check.read()`, then
    `close()` in a finally clause, then `result()`.

    Args:
        settings: how hard to look.
        precedents: leaks proven before, and where to record a new one.
        roots: where the path to a growing container may begin besides modules.
        bare: a run without its body, where a run is more than its body.
        explain: empty caches and look for what holds the objects where memory leaks; without it
            a verdict rests on counts alone.
        names: of the module that the body is written in: reference counts of what it names are
            added up too.

    Raises:
        BlindError: nothing can be measured here.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each thing the caller may know
        self,
        settings: Settings,
        precedents: Precedents | None = None,
        roots: Roots | None = None,
        bare: Callable[[], bool] | None = None,
        *,
        explain: bool = True,
        names: Names | None = None,
    ) -> None:
        """Prepare; nothing is measured yet."""
        ensure_able()
        self._core = load_core()
        self._settings = settings
        self._precedents = precedents
        self._began = now()
        self._suspect: Result | None = None
        self._known: Result | None = None  # A leak proven before that the suspect is.
        self._further: Further | None = None  # While further steps run.
        self._roots, self._bare, self._explain = roots, bare, explain
        self._caches: Caches | None = None  # As they were before the confirmation.
        self._decided: Result | None = None
        self._names, self._counted = names, namespaces(names)
        self._screens = Screens(self._core, settings, self._counted, explain=explain)
        self._check: Check | SecondScreen | Step | None = self._screens.first()
        self._inputs = Inputs(settings.seed)
        error = begun(settings.probes)
        if error is not None:
            self._give_up(error)

    def _elapsed(self) -> float:
        return now() - self._began

    def drive(self, body: Callable[[], object], progress: Progress | None = None) -> None:
        """Do the whole check of a callable in C."""

        def report(phase: int, runs: int, _seconds: float) -> None:
            if progress is not None:
                before = self._suspect.runs if self._suspect else self._screens.runs
                progress(PHASES[phase], before + runs, self._elapsed())

        while self._check is not None:
            try:
                self._check.drive(body, report if progress is not None else None)
            except ProbeError as error:
                self._give_up(error)
            else:
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
        try:
            self._check.read()
        except ProbeError as error:
            self._give_up(error)

    def _give_up(self, error: ProbeError) -> None:
        """What a probe counts is not known, so nothing is said of this body."""
        if self._check is not None:
            self._check.close()
            self._check = None
        self._decided = Result(Verdict.NOT_MEASURED, str(error), seconds=self._elapsed())

    def close(self) -> None:
        """Undo everything; a check that was not decided has no result. Idempotent."""
        ended(self._settings.probes)
        self._inputs.close()
        self._screens.close()
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
        """Take in the check that has ended: decide, or go on to confirm or to further steps."""
        ended, self._check = self._check, None
        if self._further is not None:
            self._learn(self._further, cast("Step", ended))
            return
        check = cast("Check | SecondScreen", ended)
        raw = check.result()
        result = to_result(
            raw,
            rate=self._settings.examined,
            seed=self._settings.seed,
            seconds=self._elapsed(),
            probes=self._settings.probes,
        )
        if self._suspect is None:
            result, self._check = self._screens.after(check, raw, result, self._left())
        if self._check is not None:
            return
        check = cast("Check", check)  # A trace of it at least.
        if self._settings.iterations is not None:
            self._go_on(self._with_objects(check, raw, result))
        elif self._suspect is not None:
            if self._known is not None and not goes_on(self._suspect, result):
                # Something else that grew in the same places, and has stopped.
                self._suspect = longer(self._suspect, result)
                self._start_confirmation()
            else:
                self._go_on(self._confirmed(self._suspect, check, raw, result))
        elif result.verdict is Verdict.CLEAN or result.dropped or raw["why"] in UNTRACED:
            self._decide(result)
        else:
            self._suspect = result
            if result.verdict is Verdict.LEAK and self._precedents is not None:
                self._known = self._precedents.cover(result)
            if self._known is None:
                self._start_confirmation()
            else:
                self._check = plan.known(self._core, self._settings, self._left())

    def _go_on(self, result: Result) -> None:
        """Decide, after further steps where something leaks and it is not known how."""
        if result.verdict.leaks and self._known is None and self._explain:
            asked = steps(
                result, self._inputs, self._roots, self._bare, self._names, self._settings.probes
            )
            self._further = Further(result, asked)
            self._check = self._further.next()
        if self._check is None:
            self._decide(result)

    def _learn(self, further: Further, step: Step) -> None:
        """Take in what a further step has found; decide after the last."""
        self._check = further.learn(step, self._elapsed, self._settings.max_time)
        if self._check is None:
            self._decide(further.leak)

    def _decide(self, result: Result) -> None:
        self._decided = named(result)
        if (
            result.verdict.leaks
            and self._known is None
            and self._suspect is not None
            and self._precedents is not None
        ):
            self._precedents.record(self._suspect, result)

    def _left(self) -> float:
        return max(self._settings.max_time - self._elapsed(), 1e-3)

    def _start_confirmation(self) -> None:
        self._known = None
        self._caches = Caches() if self._explain else None
        self._check = plan.confirm(
            self._core, self._settings, self._left(), self._suspect, self._counted
        )

    def _with_objects(self, check: Check, raw: RawResult, result: Result) -> Result:
        return with_objects(check, raw, result, self._roots) if self._explain else result

    def _confirmed(self, suspect: Result, check: Check, raw: RawResult, result: Result) -> Result:
        """What the suspect and its confirmation say together."""
        if self._known is not None:
            return as_proven(with_lines_of(suspect, joined(suspect, result)), self._known)
        result = concluded(suspect, result, stopped=raw["why"] == WHY_STOPPED)
        result = self._with_objects(check, raw, result)
        if result.verdict is Verdict.LEAK and self._caches is not None:
            result = less_caches(result, self._caches, self._settings.examined)
        return result


def check_callable(  # noqa: PLR0913 - one keyword for each thing the caller may know
    body: Callable[[], object],
    settings: Settings,
    *,
    progress: Progress | None = None,
    precedents: Precedents | None = None,
    roots: Roots | None = None,
    bare: Callable[[], bool] | None = None,
    explain: bool = True,
    names: Names | None = None,
) -> Result:
    """Measure `body`, one call of which is one run.

    Args:
        body: called with no arguments as often as the decision needs.
        settings: how hard to look.
        progress: called between batches.
        precedents: leaks proven before, and where to record a new one.
        roots: where the path to a growing container may begin besides modules.
        bare: a run without its body, where a run is more than its body.
        explain: as in `StepwiseCheck`.
        names: likewise; by default those of the module of `body`, where that can be told.

    Returns:
        The verdict with its evidence; a leak is a result, not an exception.

    Raises:
        BlindError: nothing can be measured here.
        Exception: whatever `body` or `progress` raises; everything is undone first.
    """
    if names is None:
        names = names_of(body)
    check = StepwiseCheck(settings, precedents, roots, bare, explain=explain, names=names)
    try:
        check.drive(body, progress)
    finally:
        check.close()
    return check.result()
