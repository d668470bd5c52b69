# SPDX-License-Identifier: MIT
"""Which function of a native stack took the memory, as one would say it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leakcheck.model import NativeFrame

_RUNTIME: Final = re.compile(
    r"(?:ld-linux[\w-]*|ld64|libc|libc-\d[\d.]*|libm|libpthread|libstdc\+\+|libc\+\+|libc\+\+abi|"
    r"libgcc_s|linux-vdso|libpython3[\d.t]*)\.so(?:\.\d+)*|python3?(?:\.\d+t?)?"
)
"""Libraries, and the interpreter, that take memory for whoever calls them."""
_STANDARD: Final = re.compile(
    r"operator new|std::|__gnu_cxx::|alloc::|core::|<(?:std|alloc|core)::|__rust|__rdl_|__rg_"
)
"""How the names of the standard libraries of C++ and Rust begin, which are part of their callers' files."""


def taker(frames: Sequence[NativeFrame]) -> NativeFrame | None:
    """The frame that took the memory: the innermost outside of the languages' own libraries.

    Args:
        frames: outermost first.

    Returns:
        None where there are no frames.
    """
    inwards = frames[::-1]
    own = (one for one in inwards if not is_standard(one))
    return next(own, next(iter(inwards), None))


def is_standard(frame: NativeFrame) -> bool:
    """The frame is of a language's own library."""
    if _RUNTIME.fullmatch(posixpath.basename(frame.library)):
        return True
    return _STANDARD.match(frame.function.removeprefix("void ")) is not None
