# SPDX-License-Identifier: MIT
"""Native memory under pytest: the process needs the shim from its start, so it is started again."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import pytest

from leakcheck.errors import BlindError, UsageError
from leakcheck.probes.preload import hide, listening, start_again

if TYPE_CHECKING:
    import argparse
    from types import FrameType

_WORKER: Final = "__channelexec__"
"""The module that execnet runs a pytest-xdist worker in. Its environment says what it is too, but
also to every process that it starts."""
_SPREADS: Final = ("numprocesses", "tx")
"""Options of pytest-xdist by which workers are started, which inherit what is preloaded."""


def prepare(config: pytest.Config, options: argparse.Namespace) -> None:
    """Have the shim preloaded, before anything is imported or captured.

    What tests start is not to hear anything, so the environment is as it was; only what starts
    workers keeps it, and the workers themselves don't.

    Args:
        config: of a session that has just begun.
        options: of the command line and the ini file's `addopts`, as far as they are known.

    Raises:
        pytest.UsageError: native memory can't be heard here.
    """
    worker = _is_worker()
    try:
        heard = listening()
    except BlindError as error:
        if not worker:
            raise pytest.UsageError(str(error)) from None
        heard = False  # It says so later, where its sentence is not lost.
    if not heard and not worker:
        if list(config.invocation_params.args) != sys.argv[1:]:
            raise pytest.UsageError(
                "leakcheck hears native memory only in a process that was started with its shim, "
                "and this one runs pytest from within a program; run pytest as a command, or leave "
                "out --leakcheck-native"
            )
        try:
            start_again(sys.orig_argv)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
    if worker or not any(getattr(options, one, None) for one in _SPREADS):
        hide(os.environ)


def _is_worker() -> bool:
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - who called is in no other place
    while frame is not None:
        if frame.f_globals.get("__name__") == _WORKER:
            return True
        frame = frame.f_back
    return False
