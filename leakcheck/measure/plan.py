# SPDX-License-Identifier: MIT
"""Which check of the extension each step of a check is: its mode, its windows, its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakcheck.measure.confirm import pace
from leakcheck.measure.opening import growing

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from leakcheck._core import Check
    from leakcheck.config import Settings
    from leakcheck.measure.counting import Names
    from leakcheck.model import Result

ADAPTIVE_WINDOWS: Final = 3
CONFIRM_FIRST_WINDOW: Final = 72
CONFIRM_WINDOWS: Final = 4
PROBE_WINDOWS: Final = ((24, 4), (16, 3))
"""First window and windows of a confirmation during which a probe grows too: by at most one a run, or
by more. A process may have some 1,000 descriptors, and what leaks stays open."""
FIXED_WINDOWS: Final = 5
KNOWN_RUNS: Final = 32
"""Runs that show the lines of a leak proven before."""


def asked(settings: Settings) -> tuple[Callable[[], int], ...]:
    """What the sampler calls for each probe."""
    return tuple(one.asked for one in settings.probes)


def first(core: ModuleType, settings: Settings, counted: tuple[Names, ...]) -> Check:
    """A whole check: of just the runs that the settings ask for, or adaptive."""
    if settings.iterations is not None:
        return core.Check(  # type: ignore[no-any-return]
            mode=core.MODE_FIXED,
            rate=settings.rate,
            iterations=settings.iterations,
            windows=FIXED_WINDOWS,
            seed=settings.seed,
            counted=counted,
            probes=asked(settings),
        )
    return adaptive(core, settings, settings.max_time, counted, part=core.PART_WHOLE)


def adaptive(  # noqa: PLR0913 - one keyword for each thing that differs
    core: ModuleType,
    settings: Settings,
    left: float,
    counted: tuple[Names, ...],
    *,
    part: int,
    wide: bool = False,
    suspect: bool = False,
) -> Check:
    """A screen, the trace of a suspect, or both: `part` is one of the extension's PART_ constants.

    It has the `left` seconds. `wide`: a trace counts gc objects and references too. `suspect`: it is
    examined as what moved is, whatever the rate.
    """
    return core.Check(  # type: ignore[no-any-return]
        mode=core.MODE_ADAPTIVE,
        rate=settings.examined if suspect else settings.rate,
        max_seconds=left,
        windows=ADAPTIVE_WINDOWS,
        seed=settings.seed,
        shut_free_lists=False,
        counted=counted,
        probes=asked(settings),
        part=part,
        wide=wide,
    )


def confirm(
    core: ModuleType,
    settings: Settings,
    left: float,
    suspect: Result | None,
    counted: tuple[Names, ...],
) -> Check:
    """The confirmation of a suspect, in the `left` seconds."""
    first_window, windows = CONFIRM_FIRST_WINDOW, CONFIRM_WINDOWS
    opened = growing(suspect, settings.probes) if suspect is not None else {}
    for probe in opened:
        probe.room()
    if opened:
        first_window, windows = PROBE_WINDOWS[max(opened.values()) > 1]
    return core.Check(  # type: ignore[no-any-return]
        mode=core.MODE_CONFIRM,
        rate=settings.rate,
        max_seconds=left,
        first_window=first_window,
        windows=windows,
        seed=settings.seed + 1,
        wide=suspect is not None and suspect.metric is not None and suspect.metric.wide,
        counted=counted,
        probes=asked(settings),
        **pace(suspect),
    )


def known(core: ModuleType, settings: Settings, left: float) -> Check:
    """A short look at a leak that was proven in another test, in the `left` seconds."""
    return core.Check(  # type: ignore[no-any-return]
        mode=core.MODE_FIXED,
        rate=settings.rate,
        max_seconds=left,
        iterations=KNOWN_RUNS,
        seed=settings.seed + 1,
    )
