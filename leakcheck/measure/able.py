# SPDX-License-Identifier: MIT
"""Can this interpreter be measured right now? Says why not instead of guessing."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Final

from leakcheck.errors import BlindError

with contextlib.suppress(ImportError):  # PyPy has none, and is refused by its name.
    import tracemalloc

if TYPE_CHECKING:
    from types import ModuleType

_proven: ModuleType | None = None  # The sampler that fits: its layout can't change any more.

KNOWN_FRAMES: Final = 2
"""Frames of a stack of our own that the sampler must see right."""


def refuse_others() -> None:
    """Return on CPython. Asked before a module of measuring is loaded: others lack what they import.

    Raises:
        BlindError: this is another implementation of Python.
    """
    if sys.implementation.name != "cpython":
        raise BlindError(
            f"leakcheck measures CPython only; this is {sys.implementation.name}: "
            "run the tests with CPython 3.11 or later"
        )


def load_core() -> ModuleType:
    """The C sampler.

    Raises:
        BlindError: it can't be imported here.
    """
    refuse_others()
    if "t" in sys.abiflags:  # Not by sysconfig, which would fill a dict in the first check.
        raise BlindError(
            "leakcheck's sampler is not safe without the interpreter lock, and this CPython "
            f"{sys.version.split()[0]} is a free-threaded build (with PYTHON_GIL=1 too); "
            "run the tests with the default build of the same version"
        )
    try:
        from leakcheck import _core
    except ImportError as error:
        raise BlindError(
            f"leakcheck's C sampler can't be loaded ({error}); "
            f"reinstall it: {sys.executable} -m pip install --force-reinstall pytest-leakcheck"
        ) from error
    return _core


def _known_stack(core: ModuleType) -> str:
    """Empty, or how the sampler's view of the running stack differs from the interpreter's."""

    def inner() -> str:
        seen = core.stack()
        frame = sys._getframe()  # noqa: SLF001 - the interpreter's own view, to compare with
        for file, function, line, *_ in seen[:KNOWN_FRAMES]:
            code = frame.f_code
            if (file, function) != (code.co_filename, code.co_qualname):
                return f"it sees {function!r} in {file} where {code.co_qualname!r} runs"
            if not code.co_firstlineno <= line <= frame.f_lineno:
                return f"it sees line {line} of {function!r}, which runs line {frame.f_lineno}"
            if frame.f_back is None:
                break
            frame = frame.f_back
        return "" if len(seen) >= KNOWN_FRAMES else f"it sees {len(seen)} frames"

    return inner()


def ensure_able() -> None:
    """Return when a check can be trusted here and now.

    The sampler is tried once in a process, what the program can change every time.

    Raises:
        BlindError: with one sentence: what is in the way and what to do.
    """
    global _proven  # noqa: PLW0603 - a fact about the process
    core = load_core()
    if core is not _proven:
        _refuse_unless_fit(core)
        _proven = core
    if tracemalloc.is_tracing():
        raise BlindError(
            "tracemalloc is on and would record leakcheck's runs too; stop it for this run "
            "(unset PYTHONTRACEMALLOC, drop -X tracemalloc, or call tracemalloc.stop())"
        )


def _refuse_unless_fit(core: ModuleType) -> None:
    """Try the sampler against this interpreter.

    Raises:
        BlindError: it does not see what it should.
    """
    fault = core.self_test() or _known_stack(core)
    if fault:
        raise BlindError(
            f"leakcheck's sampler does not fit this interpreter ({sys.version.split()[0]}): "
            f"{fault}; reinstall it from source: "
            f"{sys.executable} -m pip install --force-reinstall --no-binary :all: pytest-leakcheck"
        )
    if sys.getallocatedblocks() == 0:
        raise BlindError(
            "leakcheck can't count blocks: Python's own allocator is off "
            "(PYTHONMALLOC=malloc or malloc_debug); unset PYTHONMALLOC for this run"
        )
