# SPDX-License-Identifier: MIT
"""The settings of a check and their ranges, in one place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from leakcheck.errors import UsageError
from leakcheck.probe import MOST_PROBES, Probe

DEFAULT_RATE: Final = 0.75
"""Ruled out by three runs that change nothing (docs/decisions/0020)."""
EXAMINED_RATE: Final = 0.3
"""What moved is examined at this rate where the declared one is larger (growth_plan.h)."""
DEFAULT_MAX_TIME: Final = 30.0
"""Long enough for a cache of 128 entries to be filled twice by a run of 0.1 s (docs/decisions/0029)."""
MAX_ITERATIONS: Final = 10_000_000
MIN_ITERATIONS: Final = 12


@dataclass(frozen=True, slots=True)
class Settings:
    """How hard to look.

    Attributes:
        rate: the smallest leak that matters, in blocks a run; 0 < rate <= 1.
        max_time: seconds that one check may take.
        iterations: judge exactly this many runs instead of as many as needed; None to decide
            by rate.
        seed: seed of the order of batches.
        probes: what is counted beside memory; at most twelve, each name once.

    Raises:
        UsageError: a value is out of range.
    """

    rate: float = DEFAULT_RATE
    max_time: float = DEFAULT_MAX_TIME
    iterations: int | None = None
    seed: int = 1
    probes: tuple[Probe, ...] = ()

    @property
    def examined(self) -> float:
        """The rate, in blocks a run, to which growth is held once something moved."""
        return min(self.rate, EXAMINED_RATE)

    def __post_init__(self) -> None:
        """Refuse what can't be used, naming the setting, the value and the range."""
        if not (_is_number(self.rate) and 0 < self.rate <= 1):
            raise UsageError(
                f"leakcheck rate must be over 0 and at most 1 (leaked blocks a run), "
                f"not {self.rate!r}; try 0.75 (quick), 0.3, 0.1 or 0.01 (thorough)"
            )
        if not (_is_number(self.max_time) and math.isfinite(self.max_time) and self.max_time > 0):
            raise UsageError(
                f"leakcheck max time must be a number of seconds over 0, not {self.max_time!r}"
            )
        if self.iterations is not None and not (
            _is_whole(self.iterations) and MIN_ITERATIONS <= self.iterations <= MAX_ITERATIONS
        ):
            raise UsageError(
                f"leakcheck iterations must be a whole number from {MIN_ITERATIONS} to "
                f"{MAX_ITERATIONS}, not {self.iterations!r}; leave it out to let the rate decide"
            )
        if not _is_whole(self.seed):
            raise UsageError(f"leakcheck seed must be a whole number, not {self.seed!r}")
        if not all(isinstance(one, Probe) for one in self.probes):
            raise UsageError(f"leakcheck probes must be probes, not {self.probes!r}")
        if len(self.probes) > MOST_PROBES:
            raise UsageError(
                f"leakcheck can ask {MOST_PROBES} probes in one check, not {len(self.probes)}"
            )
        if len({one.name for one in self.probes}) < len(self.probes):
            raise UsageError("leakcheck probes must have different names")


def _is_whole(value: object) -> bool:
    """Not True or False, which are whole numbers by accident."""
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, float) or _is_whole(value)
