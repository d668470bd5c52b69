# SPDX-License-Identifier: MIT
"""Open file descriptors: files, pipes, sockets, and what else the system gives a number."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from leakcheck.probe import Probe
from leakcheck.probes import linux

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_stat, _listdir = os.stat, os.listdir


def _by_size() -> int:
    return _stat(linux.DESCRIPTORS).st_size


def _by_list() -> int:
    return len(_listdir(linux.DESCRIPTORS)) - 1  # Without the one that lists them.


def _there() -> dict[Hashable, str]:
    """Each by its number and inode, with what it leads to."""
    found: dict[Hashable, str] = {}
    for number in linux.numbers():
        try:
            status = os.fstat(number)
            found[number, status.st_dev, status.st_ino] = linux.target(number)
        except OSError:  # Closed meanwhile.
            continue
    return found


def descriptors() -> Probe:
    """The probe, for a system with /proc."""
    read: Callable[[], int] = _by_size if linux.sized() else _by_list
    return Probe(
        "descriptors",
        "descriptor",
        "descriptors",
        read,
        there=_there,
        begin=linux.make_room,
        room=linux.make_more_room,
    )
