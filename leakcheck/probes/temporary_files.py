# SPDX-License-Identifier: MIT
"""Files and folders that `tempfile` made in this process and nobody has removed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from leakcheck.probe import Probe
from leakcheck.probes.following import Names, follow, leave

if TYPE_CHECKING:
    from collections.abc import Hashable

_EVENTS: Final = ("tempfile.mkstemp", "tempfile.mkdtemp")


@cache
def _names() -> Names:
    return Names("temporary files")


def _made(arguments: tuple[object, ...]) -> None:
    path = arguments[0]
    if isinstance(path, (str, bytes)):
        _names().add(path)


def _begin() -> None:
    _names().clear()
    for event in _EVENTS:
        follow(event, _made)


def _end() -> None:
    for event in _EVENTS:
        leave(event)


def _read() -> int:
    return len(_names().present())


def _there() -> dict[Hashable, str]:
    return {path: path for path in _names().present()}


def temporary_files() -> Probe:
    """The probe."""
    name = "temporary file"
    return Probe("temp-files", name, f"{name}s", _read, there=_there, begin=_begin, end=_end)
