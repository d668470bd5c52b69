# SPDX-License-Identifier: MIT
"""Folders of Linux that say how many entries they have, so that nobody has to list them."""

from __future__ import annotations

import os
from typing import Final

DESCRIPTORS: Final = "/proc/self/fd"
THREADS: Final = "/proc/self/task"

_stat = os.stat  # As it is now: a test may replace that of the module.
_listdir = os.listdir
_readlink = os.readlink


def there() -> bool:
    """This system has them."""
    return os.path.isdir(DESCRIPTORS) and os.path.isdir(THREADS)  # noqa: PTH112 - no Path object


def sized() -> bool:
    """The size of the folder of descriptors is their number, as it is since Linux 6.2."""
    return _stat(DESCRIPTORS).st_size == len(_listdir(DESCRIPTORS)) - 1


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
