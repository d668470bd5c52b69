# SPDX-License-Identifier: MIT
"""Descriptors that are sockets, by what they are connected to."""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

from leakcheck.probe import Probe
from leakcheck.probes import linux

if TYPE_CHECKING:
    from collections.abc import Hashable

_fstat, _listdir, _is_socket = os.fstat, os.listdir, stat.S_ISSOCK


def _read() -> int:
    count = 0
    for name in _listdir(linux.DESCRIPTORS):
        try:
            count += _is_socket(_fstat(int(name)).st_mode)
        except OSError:  # That of the listing itself, or closed meanwhile by another thread.
            continue
    return count


def _there() -> dict[Hashable, str]:
    """Each by its number and inode."""
    found: dict[Hashable, str] = {}
    for number in linux.numbers():
        try:
            status = _fstat(number)
        except OSError:  # Closed meanwhile.
            continue
        if _is_socket(status.st_mode):
            try:
                found[number, status.st_ino] = _told(number)
            except OSError:  # Of a kind that has no address.
                found[number, status.st_ino] = "socket"
    return found


def _told(number: int) -> str:
    """Such as "socket 127.0.0.1:4000 -> 127.0.0.1:80"; the descriptor stays as it is."""
    one = socket.socket(fileno=os.dup(number))
    try:
        own = _address(one.getsockname())
        try:
            peer = _address(one.getpeername())
        except OSError:
            peer = ""
    finally:
        one.close()
    return " ".join(["socket", own or "without an address", *(["->", peer] if peer else [])])


def _address(found: object) -> str:
    """An address as one writes it; empty for none."""
    if isinstance(found, tuple) and len(found) > 1:
        return f"{found[0]}:{found[1]}"
    if isinstance(found, bytes):
        return found.decode("utf-8", "replace")
    return str(found or "")


def sockets() -> Probe:
    """The probe, for a system with /proc."""
    return Probe(
        "sockets",
        "socket",
        "sockets",
        _read,
        there=_there,
        begin=linux.make_room,
        room=linux.make_more_room,
    )
