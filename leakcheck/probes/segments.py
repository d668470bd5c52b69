# SPDX-License-Identifier: MIT
"""Segments of shared memory that this process made and nobody has unlinked.

Making one sets its size, and that is an audit event with the descriptor; opening one that is there
sets none.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Final

from leakcheck.probe import Probe
from leakcheck.probes import linux
from leakcheck.probes.following import Names, follow, leave

if TYPE_CHECKING:
    from collections.abc import Hashable

FOLDER: Final = "/dev/shm/"  # noqa: S108 - where Linux shows them
_EVENT: Final = "os.truncate"


@cache
def _names() -> Names:
    return Names("segments of shared memory")


def _made(arguments: tuple[object, ...]) -> None:
    descriptor = arguments[0]
    if isinstance(descriptor, int):
        path = linux.target(descriptor)
        if path.startswith(FOLDER) and not path.endswith(" (deleted)"):
            _names().add(path)


def _begin() -> None:
    _names().clear()
    follow(_EVENT, _made)


def _end() -> None:
    leave(_EVENT)


def _read() -> int:
    return len(_names().present())


def _there() -> dict[Hashable, str]:
    return {path: path for path in _names().present()}


def able() -> bool:
    """This system shows shared memory as files."""
    return linux.there() and os.path.isdir(FOLDER)  # noqa: PTH112 - no Path object


def segments() -> Probe:
    """The probe."""
    name = "shared memory segment"
    return Probe("shared-memory", name, f"{name}s", _read, there=_there, begin=_begin, end=_end)
