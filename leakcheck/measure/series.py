# SPDX-License-Identifier: MIT
"""A short series of runs after a leak is certain: does it still grow when one thing is changed?

Without a trace, by the same counters: the level before and after so many runs that the leak, at
its rate, must show clearly.
"""

from __future__ import annotations

import math
from gc import collect
from sys import getallocatedblocks
from typing import TYPE_CHECKING, Final, Protocol

from leakcheck.measure.able import load_core
from leakcheck.model import Metric

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS_MIN: Final = 16
RUNS_MAX: Final = 400
SHOWN: Final = 8
"""Units that a leak should have added by the end of a series, some 16 for steady leaks."""
STILL: Final = 0.1
"""Share of the expected growth up to which a series stands still."""
NOISE: Final = 2
"""Units that a series may gain and stand still all the same."""


class Step(Protocol):
    """Runs that follow when a leak is certain, driven like a check of the extension."""

    runs: int

    def drive(self, body: Callable[[], object], _progress: object = None, /) -> None:
        """Do all of them."""
        while (todo := self.next()) > 0:
            for _ in range(todo):
                body()
            self.read()

    def next(self) -> int:
        """Runs to do before `read`; -1 when there are none left."""

    def read(self) -> None:
        """The runs that `next` asked for are done."""

    def close(self) -> None:
        """Forget what was counted. Idempotent."""

    def found(self) -> dict[str, object]:
        """Fields of Result that this has found out."""


def runs_for(rate: float) -> int:
    """Runs after which a leak of this rate, in units a run, has shown."""
    wanted = math.ceil(SHOWN / min(rate, 1.0)) if rate > 0 else RUNS_MAX
    return min(max(RUNS_MIN, wanted), RUNS_MAX)


class Series:
    """One series: `start`, do `runs` runs, `stop`, then ask `still`.

    Args:
        rate: growth a run that the leak showed.
        metric: in what it grew.
    """

    def __init__(self, rate: float, metric: Metric | None) -> None:
        self.runs = runs_for(rate)
        self._expected = rate * self.runs
        self._metric = metric or Metric.BLOCKS
        self._level = 0
        self._grown: int | None = None

    @staticmethod
    def can_tell(rate: float, metric: Metric | None) -> bool:
        """The leak would show in a series: it is fast enough and can be counted from here."""
        return metric not in (Metric.RAW, Metric.PROBE) and rate * runs_for(rate) >= SHOWN

    def start(self) -> None:
        """Read the level before."""
        self._level = self._read()

    def stop(self) -> None:
        """Read the level after."""
        self._grown = self._read() - self._level

    @property
    def still(self) -> bool | None:
        """Nothing grew any more; None when the series was not finished."""
        if self._grown is None:
            return None
        return self._grown <= max(STILL * self._expected, NOISE)

    @property
    def per_run(self) -> float | None:
        """Growth a run, 0 where it stands still; None when the series was not finished."""
        return None if self._grown is None else 0.0 if self.still else self._grown / self.runs

    def _read(self) -> int:
        load_core().empty()
        for _ in range(2):
            collect()
        if self._metric.wide:
            wide = load_core().wide(0) or (0, 0)
            return int(wide[self._metric is Metric.REFERENCES])
        return getallocatedblocks()
