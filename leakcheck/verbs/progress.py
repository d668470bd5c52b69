# SPDX-License-Identifier: MIT
"""One line on a terminal that says how far a long check is."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leakcheck.model import Phase

_QUIET_SECONDS: Final = 1.0
_REDRAW_SECONDS: Final = 0.2


@contextlib.contextmanager
def progress_line() -> Iterator[Callable[[Phase, int, float], object] | None]:
    """A callback that keeps one line on a terminal up to date, and wipes it at the end."""
    if not sys.stderr.isatty():
        yield None
        return
    drawn = 0.0

    def progress(phase: Phase, runs: int, seconds: float) -> None:
        nonlocal drawn
        if seconds < _QUIET_SECONDS or seconds - drawn < _REDRAW_SECONDS:
            return
        drawn = seconds
        sys.stderr.write(f"\r\x1b[Kleakcheck: {phase}, {runs} runs, {seconds:.0f} s")
        sys.stderr.flush()

    try:
        yield progress
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
