# SPDX-License-Identifier: MIT
"""Threads of the process as the system counts them, those of libraries included."""

from __future__ import annotations

import os

from leakcheck.probe import Probe
from leakcheck.probes import linux

_stat = os.stat
_OWN = 2
"""Names that each folder has in itself and in the one above: `.` and its own."""


def _read() -> int:
    return _stat(linux.THREADS).st_nlink - _OWN


def native_threads() -> Probe:
    """The probe, for a system with /proc."""
    return Probe("native-threads", "native thread", "native threads", _read)
