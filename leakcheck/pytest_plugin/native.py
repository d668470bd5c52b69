# SPDX-License-Identifier: MIT
"""Native memory under pytest: the process needs the shim from its start, so it is started again."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from leakcheck.errors import BlindError
from leakcheck.probes.preload import Obstacle, hear, hide, listening

if TYPE_CHECKING:
    import argparse
    from types import FrameType

UNHEARD: Final = pytest.StashKey[str]()
"""Of a session: why native memory is not counted, though nobody asked to leave it out."""

_WORKER: Final = "__channelexec__"
"""The module that execnet runs a pytest-xdist worker in. Its environment says what it is too, but
also to every process that it starts."""
_BETWEEN: Final = ("_pytest", "pytest", "pluggy", "leakcheck")
"""Packages whose functions stand between whoever starts a session and us."""
HEARD: Final = "leakcheck_native"
"""What pytest-xdist's controller tells its workers by: whether native memory is to be counted."""
_SPREADS: Final = ("numprocesses", "tx")
"""Options of pytest-xdist by which workers are started, which inherit what is preloaded."""
_COMMAND: Final = re.compile(r"py\.?test(-3(\.\d+)?)?(\.exe)?")
"""The names that pytest's own command has; Debian's end in -3."""
_WITHIN: Final = Obstacle(
    "that needs a process that was started with its shim, and this one runs pytest from within a "
    "program",
    "run pytest as a command",
)


def prepare(config: pytest.Config, options: argparse.Namespace, *, asked: bool) -> None:
    """Have the shim preloaded, before anything is imported or captured.

    What tests start is not to hear anything, so the environment is as it was; only what starts
    workers keeps it, and the workers themselves don't.

    From then on the option says whether native memory is counted. Where it can't be and nobody
    asked, UNHEARD says why.

    Args:
        config: of a session that has just begun.
        options: of the command line and the ini file's `addopts`, as far as they are known.
        asked: it was asked for; otherwise it is done where nothing is in the way.

    Raises:
        pytest.UsageError: native memory can't be heard here, and was asked for.
    """
    worker = _is_worker()
    obstacle = _obstacle(config, asked=asked, worker=worker)
    if obstacle is not None and asked:
        raise pytest.UsageError(str(obstacle))
    if obstacle is not None:
        config.stash[UNHEARD] = obstacle.why
    config.option.leakcheck_native = obstacle is None
    if worker or not any(getattr(options, one, None) for one in _SPREADS):
        hide(os.environ)


def _obstacle(config: pytest.Config, *, asked: bool, worker: bool) -> Obstacle | None:
    """What is in the way; None: native memory is heard, or a worker says later that it is not."""
    if worker:
        with contextlib.suppress(BlindError):  # Said later, where the sentence is not lost.
            listening()
        return None
    alone = list(config.invocation_params.args) == sys.argv[1:] and (asked or _is_command())
    try:
        return hear(None if alone else _WITHIN, asked=asked)
    except BlindError as error:
        raise pytest.UsageError(str(error)) from None


def _is_command() -> bool:
    """Nothing but pytest is run, so that to start again repeats nothing of anybody's."""
    program = Path(sys.argv[0])
    named = _COMMAND.fullmatch(program.name) is not None
    return named or program.parts[-2:] == ("pytest", "__main__.py")


def _is_worker() -> bool:
    """This session is a worker's, and not one that a test of a worker's started within it."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - who called is in no other place
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] not in _BETWEEN:
            return module == _WORKER
        frame = frame.f_back
    return False
