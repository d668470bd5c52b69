# SPDX-License-Identifier: MIT
"""The random inputs of the runs: seeded once a check, and the same in each run of one series.

A check seeds the global generators at its start, so that the same comes out twice, and lets them
go on from run to run: what a test keeps by a random key must be new each time to be seen. A leak
whose runs drew random numbers is then run with the same numbers each time.
"""

from __future__ import annotations

import contextlib
import random
import sys
from typing import TYPE_CHECKING, Any, Final

from leakcheck.measure.series import Series, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.model import Metric

FIRST: Final = 2
"""Runs with the new numbers before the series, so that what they are the key of is there."""
_NUMPY_SEEDS: Final = 2**32

# As they are now: a test may replace those of the module.
_seed, _getstate, _setstate = random.seed, random.getstate, random.setstate


def _numpy() -> Any:
    """Numpy's module of legacy random numbers, None unless the program has loaded it."""
    return sys.modules.get("numpy.random")


class RandomState:
    """The state of the global generators at some moment."""

    def __init__(self) -> None:
        self._state = _getstate()
        numpy = _numpy()
        self._numpy_state = numpy.get_state() if numpy is not None else None

    def restore(self) -> None:
        """Put it back; numpy's only where it was loaded by then."""
        _setstate(self._state)
        if self._numpy_state is not None:
            _numpy().set_state(self._numpy_state)

    def equals(self, other: RandomState) -> bool:
        """Nothing was drawn between the two."""
        return self._state == other._state and repr(self._numpy_state) == repr(other._numpy_state)


@contextlib.contextmanager
def kept_chance() -> Iterator[None]:
    """Random numbers drawn inside make no difference outside."""
    state = RandomState()
    try:
        yield
    finally:
        state.restore()


class Inputs:
    """The random numbers of one check; `close` gives the program its own again.

    Args:
        seed: of the check.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._own: RandomState | None = RandomState()
        self.again()

    def again(self) -> None:
        """The next run draws what the first one drew."""
        _seed(self._seed)
        numpy = _numpy()
        if numpy is not None:
            with contextlib.suppress(TypeError):  # the program put another generator there
                numpy.seed(self._seed % _NUMPY_SEEDS)

    def drawn(self) -> bool:
        """The runs so far drew random numbers; starts them anew."""
        now = RandomState()
        self.again()
        return not now.equals(RandomState())

    def close(self) -> None:
        """Give the program its state back. Idempotent."""
        own, self._own = self._own, None
        if own is not None:
            own.restore()


class SameInputs(Step):
    """A series with the same random numbers in each run.

    Args:
        inputs: of the check.
        rate: growth a run that the leak showed.
        metric: in what it grew.
    """

    def __init__(self, inputs: Inputs, rate: float, metric: Metric | None) -> None:
        self._inputs = inputs
        self._series = Series(rate, metric)
        self.runs = FIRST + self._series.runs
        self._done = 0

    def next(self) -> int:
        """One, with the random numbers of the run before; -1 after the last."""
        if self._done >= self.runs:
            return -1
        if self._done == FIRST:
            self._series.start()
        self._inputs.again()
        return 1

    def read(self) -> None:
        """The run is done."""
        self._done += 1
        if self._done == self.runs:
            self._series.stop()

    def close(self) -> None:
        """Do no more runs. Idempotent."""
        self._done = self.runs

    def found(self) -> dict[str, object]:
        """Whether the growth needs new inputs."""
        return {"input_keyed": self._series.still}
