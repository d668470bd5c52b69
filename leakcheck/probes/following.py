# SPDX-License-Identifier: MIT
"""What this process makes by name, by the interpreter's audit events: files and segments.

The names are kept in memory of the system: kept as Python objects they would be blocks that live
as long as the files, and each file that a test leaves behind would be two leaks. An audit hook
can't be taken out again, so there is one, made when it is first needed, which does nothing while
nobody follows.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import sys
import threading
from typing import TYPE_CHECKING, Final

from leakcheck.errors import ProbeError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM: Final = 1 << 20
"""Bytes for names; where they are full, nothing can be said any more."""
_HEAD: Final = struct.Struct("=QQ")  # Bytes that are taken; 1 where some had no room.
_SIZE: Final = struct.Struct("=I")
_exists = os.path.lexists


class Names:
    """Names of what was made, of which those are counted that are there.

    Args:
        of: what they are called, for messages.
    """

    def __init__(self, of: str) -> None:
        self._of = of
        self._lock = threading.RLock()  # A signal's handler may come in between.
        self._memory = mmap.mmap(-1, ROOM, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.clear()

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            _HEAD.pack_into(self._memory, 0, _HEAD.size, 0)

    def add(self, path: str | bytes) -> None:
        """Remember a name."""
        name = os.path.abspath(os.fsencode(path))  # noqa: PTH100 - bytes
        with self._lock:
            end, full = _HEAD.unpack_from(self._memory, 0)
            after = end + _SIZE.size + len(name)
            if full or after > ROOM:
                _HEAD.pack_into(self._memory, 0, end, 1)
                return
            _SIZE.pack_into(self._memory, end, len(name))
            self._memory[end + _SIZE.size : after] = name
            _HEAD.pack_into(self._memory, 0, after, 0)

    def present(self) -> list[str]:
        """Those that are there; the others are forgotten.

        Raises:
            ProbeError: there were too many to remember them.
        """
        with self._lock:
            if _HEAD.unpack_from(self._memory, 0)[1]:
                raise ProbeError(f"more {self._of} were made than leakcheck can remember")
            at = to = _HEAD.size
            found: dict[str, None] = {}
            while at < _HEAD.unpack_from(self._memory, 0)[0]:
                (size,) = _SIZE.unpack_from(self._memory, at)
                after = at + _SIZE.size + size
                path = os.fsdecode(self._memory[at + _SIZE.size : after])
                if _exists(path) and path not in found:
                    found[path] = None
                    if to < at:
                        self._memory.move(to, at, after - at)
                    to += after - at
                at = after
            _HEAD.pack_into(self._memory, 0, to, 0)
            return list(found)


class _Hook:
    """The audit hook: what to do at which event, while somebody follows."""

    def __init__(self) -> None:
        self.wanted: dict[str, Callable[[tuple[object, ...]], None]] = {}
        self.installed = False
        self.process = 0  # What its children make is theirs.

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """An event; never raises, for that would stop what the program does."""
        act = self.wanted.get(event)
        if act is not None and os.getpid() == self.process:
            with contextlib.suppress(Exception):  # What could not be seen is not counted.
                act(arguments)


_hook: Final = _Hook()


def follow(event: str, act: Callable[[tuple[object, ...]], None]) -> None:
    """Have `act` called with the arguments of each event of that name."""
    _hook.wanted[event] = act
    _hook.process = os.getpid()
    if not _hook.installed:
        _hook.installed = True
        sys.addaudithook(_hook)


def leave(event: str) -> None:
    """Follow these no more. Idempotent."""
    _hook.wanted.pop(event, None)
