# SPDX-License-Identifier: MIT
"""What is found out about a leak when it is certain: a few runs for each question."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from leakcheck.measure.counting import CountedObjects
from leakcheck.measure.explaining import told
from leakcheck.measure.growing import Recount
from leakcheck.measure.inputs import SameInputs
from leakcheck.measure.opening import OpenedLines, growing
from leakcheck.measure.series import Series
from leakcheck.model import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from leakcheck.measure.counting import Names
    from leakcheck.measure.inputs import Inputs
    from leakcheck.measure.series import Step
    from leakcheck.model import Result
    from leakcheck.probe import Probe

NO_TIME: Final = "the time was up before all was asked that is asked of a leak"
FIRST: Final = 2
"""Runs before the series without the body, so that what is made once is there."""


class WithoutBody:
    """A series that does all that a run does but for the body.

    Args:
        bare: such a run; false when it did not pass, which ends the series without an answer.
        rate: growth a run that the leak showed.
        metric: in what it grew.
    """

    def __init__(self, bare: Callable[[], bool], rate: float, metric: Metric | None) -> None:
        self._bare = bare
        self._series = Series(rate, metric)
        self.runs = FIRST + self._series.runs
        self._done = False

    def drive(self, _body: Callable[[], object], _progress: object = None, /) -> None:
        """Do all runs; the body is not asked."""
        self.next()

    def next(self) -> int:
        """Do all runs here, for they are none of the caller's."""
        if not self._done:
            self._done = True
            passed = all(self._bare() for _ in range(FIRST))
            self._series.start()
            if passed and all(self._bare() for _ in range(self._series.runs)):
                self._series.stop()
        return -1

    def read(self) -> None:
        """Nothing was asked for."""

    def close(self) -> None:
        """Do no more runs. Idempotent."""
        self._done = True

    def found(self) -> dict[str, object]:
        """How much a run grows without its body."""
        return {"without_body": self._series.per_run}


class Further:
    """The further steps of a leak, one after the other.

    Args:
        leak: what is known of it by now; each step adds to it.
        asked: the steps, each made when the one before has ended.
    """

    def __init__(self, leak: Result, asked: Iterator[Step]) -> None:
        self.leak = leak
        self._asked = asked

    def next(self) -> Step | None:
        """The next step; None after the last."""
        return next(self._asked, None)

    def learn(self, step: Step, elapsed: Callable[[], float], most: float) -> Step | None:
        """Take in what a step has found.

        Args:
            step: it has ended.
            elapsed: seconds that the check has taken by now.
            most: so many it may take; what only explains a leak may not take the time of other
                tests.

        Returns:
            The next step; None when there is none, or no time for it.
        """
        found: dict[str, Any] = told(step.found, {})
        found["unexplained"] = self.leak.unexplained + found.get("unexplained", ())
        following = self.next()
        seconds = elapsed()
        if following is not None and seconds >= most:
            following.close()
            following = None
            found["unexplained"] += (NO_TIME,)
        found["unexplained"] = tuple(dict.fromkeys(found["unexplained"]))
        self.leak = dataclasses.replace(
            self.leak, runs=self.leak.runs + step.runs, seconds=seconds, **found
        )
        return following


def steps(  # noqa: PLR0913, PLR0917 - what the check knows
    leak: Result,
    inputs: Inputs,
    roots: Callable[[], Mapping[str, object]] | None,
    bare: Callable[[], bool] | None,
    names: Names | None = None,
    probes: tuple[Probe, ...] = (),
) -> Iterator[Step]:
    """The steps, each made when the one before has ended.

    Args:
        leak: certain by now.
        inputs: the random numbers of the check.
        roots: values of wider fixtures by name, where paths may begin.
        bare: a run without its body, where there is more to a run.
        names: of the test's module.
        probes: that the check asked.
    """
    grown = growing(leak, probes)
    if leak.metric is Metric.PROBE:
        if grown:
            yield OpenedLines(grown, leak.rate, alone=True)
        return
    if leak.metric is Metric.COUNTS and names is not None:
        yield CountedObjects(names, leak.rate)
        return
    yield Recount(leak.rate, roots)
    if grown:
        yield OpenedLines(grown, 1.0, alone=False)
    if not Series.can_tell(leak.rate, leak.metric):
        return
    if inputs.drawn():
        yield SameInputs(inputs, leak.rate, leak.metric)
    if bare is not None:  # The last, because one that fails may leave something behind.
        yield WithoutBody(bare, leak.rate, leak.metric)
