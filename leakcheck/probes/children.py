# SPDX-License-Identifier: MIT
"""Child processes: those that run, and those that ended and nobody waited for (zombies)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from leakcheck.probe import Probe
from leakcheck.probes import linux

if TYPE_CHECKING:
    from collections.abc import Hashable

_listdir, _open, _read_bytes, _close = os.listdir, os.open, os.read, os.close
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC
_PIECE: Final = 65536


def _text() -> bytes:
    """The numbers of all children, a space behind each."""
    found = b""
    for thread in _listdir(linux.THREADS):
        try:
            handle = _open(f"{linux.THREADS}/{thread}/children", _FLAGS)
        except FileNotFoundError:  # The thread has ended.
            continue
        try:
            while piece := _read_bytes(handle, _PIECE):
                found += piece
        finally:
            _close(handle)
    return found


def _read() -> int:
    return _text().count(b" ")


def _there() -> dict[Hashable, str]:
    return {number: _told(int(number)) for number in _text().split()}


def _told(number: int) -> str:
    """Such as "process 4711 (sleep)", "process 4711 (sleep), a zombie"."""
    try:
        with open(f"/proc/{number}/stat", "rb") as stream:  # noqa: PTH123 - no Path object
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return f"process {number}"
    # The name stands in brackets and may hold any character, so the last bracket ends it.
    name = text[text.find("(") + 1 : text.rfind(")")]
    ended = text[text.rfind(")") + 1 :].split()[:1] == ["Z"]
    return f"process {number} ({name}){', a zombie' if ended else ''}"


def able() -> bool:
    """This kernel lists the children of a process."""
    return linux.there() and os.path.exists(f"{linux.THREADS}/{os.getpid()}/children")  # noqa: PTH110


def children() -> Probe:
    """The probe, for a system with /proc."""
    return Probe("children", "child process", "child processes", _read, there=_there)
