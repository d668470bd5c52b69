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
from collections.abc import Callable
from typing import Final

from leakcheck.errors import ProbeError

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


Act = Callable[[tuple[object, ...]], None]
_wanted: Final[dict[str, Act]] = {}
_process: Final[list[int]] = []  # That follows: what its children make is theirs. None: no hook.


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    """An event; never raises, for that would stop what the program does.

    A plain function: the interpreter calls one in a third of the time that an object takes.
    """
    if event in _wanted and os.getpid() == _process[0]:
        with contextlib.suppress(Exception):  # What could not be seen is not counted.
            _wanted[event](arguments)


def follow(event: str, act: Act) -> None:
    """Have `act` called with the arguments of each event of that name."""
    _wanted[event] = act
    if not _process:
        sys.addaudithook(_hook)
    _process[:] = [os.getpid()]


def leave(event: str) -> None:
    """Follow these no more. Idempotent."""
    _wanted.pop(event, None)
