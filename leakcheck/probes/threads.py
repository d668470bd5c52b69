# SPDX-License-Identifier: MIT
"""Threads that Python started and that have not ended."""

from __future__ import annotations

import _thread
import threading
from typing import TYPE_CHECKING

from leakcheck.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Hashable


def _there() -> dict[Hashable, str]:
    """Those that `threading` knows, by identity and name."""
    return {(one.ident, one.name): f"thread {one.name}" for one in threading.enumerate()}


def threads() -> Probe:
    """The probe."""
    # Also threads that `threading` does not know; no frame of ours is needed to read it.
    return Probe("threads", "thread", "threads", _thread._count, there=_there)  # noqa: SLF001
