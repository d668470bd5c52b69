# SPDX-License-Identifier: MIT
"""The adaptive part of a check, step by step: screen, second screen of a suspect, trace.

The second screen empties the caches that the runs fill (filling.py). Most suspects fill none, and are
traced after two runs of it. Where something grows beside them they are emptied to the end of the check,
so that what is traced is what leaks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from leakcheck.measure import plan
from leakcheck.measure.confirm import joined
from leakcheck.measure.convict import WHY_STOPPED, WHY_SUSPECT, too_short
from leakcheck.measure.filling import SEEN, SecondScreen, remember
from leakcheck.model import Metric, Verdict

if TYPE_CHECKING:
    from types import ModuleType

    from leakcheck._core import Check
    from leakcheck.config import Settings
    from leakcheck.measure.counting import Names
    from leakcheck.measure.raw import RawResult
    from leakcheck.model import Result

SHOWN: Final = 3
"""Caches that a sentence names."""
TURNOVER: Final = 2
"""Runs before the baseline of a trace."""


class Screens:
    """What was screened so far, and what comes next.

    Args:
        core: the extension.
        settings: how hard to look.
        counted: namespaces whose reference counts are added up.
        explain: whether anything is done about a suspect but tracing it.
    """

    def __init__(
        self, core: ModuleType, settings: Settings, counted: tuple[Names, ...], *, explain: bool
    ) -> None:
        self._core, self._settings, self._counted = core, settings, counted
        self._explain = explain and settings.iterations is None
        self._so_far: Result | None = None

    @property
    def runs(self) -> int:
        """Runs that the steps before the present one took."""
        return self._so_far.runs if self._so_far is not None else 0

    def first(self) -> Check:
        """The first step, or the whole where there is only one."""
        if not self._explain:
            return plan.first(self._core, self._settings, self._counted)
        return self._part(self._core.PART_SCREEN, self._settings.max_time)

    def after(
        self, check: Check | SecondScreen, raw: RawResult, result: Result, left: float
    ) -> tuple[Result, Check | SecondScreen | None]:
        """What is known when a step has ended, and the next step; None after the last.

        Args:
            check: the step.
            raw: what it found.
            result: the same for people.
            left: seconds that there are.
        """
        before, wide = self._so_far, self._wide()
        result = result if before is None else joined(before, result)
        if raw["why"] == WHY_STOPPED:
            result = replace(result, reason=too_short(result.runs))
        second = check if isinstance(check, SecondScreen) else None
        if second is not None and result.verdict is Verdict.CLEAN:
            remember(self._core, second.shared)
            return _without_caches(result, second.filled), None
        suspect = raw["why"] == WHY_SUSPECT or (second is not None and second.idle)
        if not suspect or result.dropped:
            return result, None
        self._so_far = result
        run = (self._settings.max_time - left) / max(result.runs, 1)  # Seconds, and more.
        if second is None and (SEEN + TURNOVER) * run <= left:
            screen = self._part(self._core.PART_SCREEN, left, suspect=True)
            return result, SecondScreen(self._core, screen)
        if TURNOVER * run > left:
            return replace(result, metric=None, reason=too_short(result.runs)), None
        if second is None or not second.idle:
            wide = self._wide()  # As the screen that has just ended saw it.
        return result, self._part(self._core.PART_TRACE, left, wide=wide)

    def close(self) -> None:
        """Empty what this check's runs fill no more. Idempotent."""
        remember(self._core)

    def _wide(self) -> bool:
        return self._so_far is not None and self._so_far.metric is not Metric.BLOCKS

    def _part(self, part: int, left: float, *, wide: bool = False, suspect: bool = False) -> Check:
        given = (self._core, self._settings, left, self._counted)
        return plan.adaptive(*given, part=part, wide=wide, suspect=suspect)


def _without_caches(result: Result, filled: tuple[str, ...]) -> Result:
    """A clean second screen, with the caches that were emptied for it in its reason."""
    names = ", ".join(filled[:SHOWN])
    if (more := len(filled) - SHOWN) > 0:
        names += f" and {more} more"
    return replace(
        result,
        emptied=filled,
        reason=f"{result.reason} but what has a limit and was emptied before each reading: {names}",
    )
