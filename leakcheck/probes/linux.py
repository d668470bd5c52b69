# SPDX-License-Identifier: MIT
"""Folders of Linux that say how many entries they have, so that nobody has to list them."""

from __future__ import annotations

import contextlib
import os
import resource
from typing import Final

DESCRIPTORS: Final = "/proc/self/fd"
THREADS: Final = "/proc/self/task"
ROOM: Final = 800
"""Descriptors that the first runs of a leak may need."""
MORE: Final = 4096
"""Those that its confirmation may need."""

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
    """Have the descriptors of a leak's first runs free, where the system lets us.

    A leak leaves all that it opened in its runs, so after a few leaks the limit of a process would
    be reached, and tests that leak nothing would fail. It is raised only then.
    """
    _have_free(ROOM, MORE)


def make_more_room() -> None:
    """Have those free that a confirmation of a leak may need."""
    _have_free(MORE, MORE)


def _have_free(least: int, wanted: int) -> None:
    """Raise the limit to `wanted` more than there are, where fewer than `least` are free."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(_listdir(DESCRIPTORS))
    if soft == resource.RLIM_INFINITY or soft - used >= least:
        return
    limit = used + wanted
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    if limit > soft:
        with contextlib.suppress(OSError, ValueError):  # A limit of the system above ours.
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


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
