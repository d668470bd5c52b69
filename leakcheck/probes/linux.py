# SPDX-License-Identifier: MIT
"""Folders of Linux that say how many entries they have, so that nobody has to list them."""

from __future__ import annotations

import os
import resource
from typing import Final

DESCRIPTORS: Final = "/proc/self/fd"
THREADS: Final = "/proc/self/task"
ROOM: Final = 800
"""Descriptors that a check of a leak may need."""
MORE: Final = 4096

_stat = os.stat  # As it is now: a test may replace that of the module.
_listdir = os.listdir
_readlink = os.readlink


def there() -> bool:
    """This system has them."""
    return os.path.isdir(DESCRIPTORS) and os.path.isdir(THREADS)  # noqa: PTH112 - no Path object


def sized() -> bool:
    """The size of the folder of descriptors is their number, as it is since Linux 6.2."""
    return _stat(DESCRIPTORS).st_size == len(_listdir(DESCRIPTORS)) - 1


def make_room() -> None:
    """Have some hundred descriptors free, where the system lets us.

    A leak leaves all that it opened in its runs, so after a few leaks the limit of a process would
    be reached, and tests that leak nothing would fail. It is raised only then.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(_listdir(DESCRIPTORS))
    if soft == resource.RLIM_INFINITY or soft - used >= ROOM:
        return
    wanted = used + MORE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def numbers() -> list[int]:
    """The descriptors that are open, without the one that reads them."""
    found = []
    for name in _listdir(DESCRIPTORS):
        try:
            target(int(name))
        except OSError:  # It was that one.
            continue
        found.append(int(name))
    return found


def target(number: int) -> str:
    """What a descriptor leads to, such as the path of a file, or "pipe:[4711]".

    Raises:
        OSError: there is no such descriptor.
    """
    return _readlink(f"{DESCRIPTORS}/{number}")
