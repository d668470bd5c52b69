# SPDX-License-Identifier: MIT
"""The exceptions that leakcheck raises on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakcheck.model import Result


class LeakcheckError(Exception):
    """Base of everything leakcheck raises except a found leak."""


class UsageError(LeakcheckError):
    """A setting or an argument can't be used; the message says which, and what to do."""


class BlindError(LeakcheckError):
    """This interpreter can't be measured now; the message says why, and what to do."""


class ProbeError(LeakcheckError):
    """A probe can't be read, so nothing can be said of what it counts; the message names it."""


class LeakError(AssertionError):
    """A checked callable leaks. An assertion, so every test runner counts it as a failure.

    Attributes:
        result: the measurement that found the leak.
    """

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result
