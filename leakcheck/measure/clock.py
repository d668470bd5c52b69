# SPDX-License-Identifier: MIT
"""The clock of every check, which no test can stop or turn back."""

from __future__ import annotations

import functools
import time
from typing import Final

now: Final = functools.partial(time.clock_gettime, time.CLOCK_MONOTONIC)
"""Seconds of a clock that nobody replaces: a test may freeze or move those with usual names."""
