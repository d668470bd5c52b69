# SPDX-License-Identifier: MIT
"""The shim that hears what libraries take from the C library: is it there, and how it gets there.

Only a process that was started with it hears of native memory, so one that was not is started once
more, in its own place. What it starts itself is not to hear anything: the variable that preloads
the shim is taken out of its environment at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar, Final

from leakcheck.errors import BlindError
from leakcheck.measure.able import load_core

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping, Sequence

VARIABLE: Final = "LD_PRELOAD"
OTHERS: Final = {
    "__asan_init": "the address sanitizer",
    "__tsan_init": "the thread sanitizer",
    "mallctl": "jemalloc",
    "tc_malloc": "tcmalloc",
    "mi_malloc": "mimalloc",
    "memray_start": "memray",
}
"""What a process has that brought another malloc, and what that is."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why native memory can't be heard in this process.

    Attributes:
        why: what is in the way, such as "jemalloc stands in the place of the C library's malloc".
        remedy: what to do, for who asked for it; empty: nothing but to do without.
    """

    why: str
    remedy: str = ""

    def __str__(self) -> str:
        """The sentence for who asked for it."""
        do = f"{self.remedy}, or leave" if self.remedy else "leave"
        option = "--leakcheck-native (in other commands --native)"
        return f"leakcheck can't hear native memory here: {self.why}; {do} out {option}"


_DEBUGGERS: Final = ("pydevd", "debugpy")
DEBUGGED: Final = Obstacle("a debugger is at work, which would be shaken off", "run without it")


def shim() -> str | None:
    """The file to preload; None where this C library has none, which is any but glibc."""
    found = find_spec("leakcheck._shim")
    return found.origin if found is not None else None


@functools.cache
def listening() -> bool:
    """The shim is preloaded in this process, and from now on tells the sampler what it hears.

    Raises:
        BlindError: there is no sampler, or no memory to listen with.
    """
    try:
        return bool(load_core().native_listen())
    except MemoryError:
        why = "there is no memory left to keep account of it"
        raise BlindError(str(Obstacle(why, "give the process more"))) from None


def ensure_listening() -> None:
    """Return when native memory is heard in this process.

    Raises:
        BlindError: it is not, and it was asked for.
    """
    if not listening():
        why = "its shim was not preloaded when this process was started"
        raise BlindError(str(Obstacle(why, "run without what started it so")))


class _Home(ctypes.Structure):
    """What dladdr(3) tells of an address."""

    file: bytes | None
    _fields_: ClassVar = [
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    ]


def _home(process: ctypes.CDLL, symbol: str) -> str:
    """The file whose function of that name is the one that is called; empty: not to be found."""
    home = _Home()
    if not hasattr(process, symbol) or not process.dladdr(process[symbol], ctypes.byref(home)):
        return ""
    return os.fsdecode(home.file or b"")


def other_malloc() -> str | None:
    """The malloc that stands in the place of the C library's in this process; None: none does.

    One without a known name is told by its file.
    """
    process = ctypes.CDLL(None)
    for symbol, name in OTHERS.items():
        if hasattr(process, symbol):
            return name
    usual = {_home(process, symbol) for symbol in ("gnu_get_libc_version", "Py_Initialize")}
    # An interpreter at a fixed address (Debian's) has a step of its own to malloc, which is what
    # the process shows; so what is preloaded is asked by itself.
    for where in (process, *_preloaded()):
        home = _home(where, "malloc")
        if home not in {*usual, ""}:
            return home
    return None


def _preloaded() -> Iterator[ctypes.CDLL]:
    """The libraries that the environment names and that are loaded, but for the shim."""
    for file in os.environ.get(VARIABLE, "").replace(" ", ":").split(":"):
        if file and file != shim():
            with contextlib.suppress(OSError):  # It is not loaded, so it takes no one's place.
                yield ctypes.CDLL(file, mode=os.RTLD_NOLOAD | os.RTLD_LAZY)


def with_shim(environment: MutableMapping[str, str], file: str) -> dict[str, str]:
    """The environment of a process in which the shim is preloaded, before whatever is."""
    before = environment.get(VARIABLE, "")
    return {**environment, VARIABLE: f"{file}:{before}" if before else file}


def hide(environment: MutableMapping[str, str]) -> None:
    """Take the shim out of what processes that are started from now on have preloaded."""
    file = shim()
    rest = [one for one in environment.get(VARIABLE, "").split(":") if one and one != file]
    if rest:
        environment[VARIABLE] = ":".join(rest)
    else:
        environment.pop(VARIABLE, None)


def debugged() -> bool:
    """A debugger is at work, which would be shaken off where this process starts again."""
    if sys.version_info >= (3, 12):  # pdb's own way since 3.14, and that of others
        if sys.monitoring.get_tool(sys.monitoring.DEBUGGER_ID) is not None:
            return True
    bdb = sys.modules.get("bdb")
    tracer = getattr(sys.gettrace(), "__self__", None)
    if bdb is not None and isinstance(tracer, bdb.Bdb):
        return True
    return any(name in sys.modules for name in _DEBUGGERS)


def able() -> str | Obstacle:
    """The file to preload, or what is in the way."""
    file = shim()
    if file is None:
        return Obstacle("that needs glibc, and a leakcheck that was built with it")
    other = other_malloc()
    if other is not None:
        why = f"{other} stands in the place of the C library's malloc"
        return Obstacle(why, "run without it")
    if file in os.environ.get(VARIABLE, "").split(":"):
        return Obstacle(
            f"{file} is in {VARIABLE}, and yet it is not loaded, as where a program has special "
            "rights"
        )
    return file


def start_again(command: Sequence[str]) -> Obstacle:
    """Start this process once more in its own place, with the shim, and so never return.

    Args:
        command: of this process, interpreter and its options included.

    Returns:
        What is in the way.
    """
    file = able()
    if not isinstance(file, Obstacle):
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(  # noqa: S606 - this very process again
            sys.executable, list(command), with_shim(os.environ, file)
        )
    return file


def hear(within: Obstacle | None, *, asked: bool) -> Obstacle | None:
    """Have native memory heard in this process, which starts once more for it where it must.

    Args:
        within: what is in the way of a second start, if it is: somebody's program, which has done
            things before.
        asked: it was asked for; otherwise a debugger is in the way too.

    Returns:
        What is in the way; None where it is heard.

    Raises:
        BlindError: there is no sampler or no memory to listen with, and it was asked for.
    """
    try:
        if listening():
            return None
    except BlindError as error:
        if asked:
            raise
        return Obstacle(str(error))
    if within is not None:
        return within
    if not asked and debugged():
        return DEBUGGED
    return start_again(sys.orig_argv)
