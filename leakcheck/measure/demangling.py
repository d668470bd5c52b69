# SPDX-License-Identifier: MIT
"""Names as linkers see them, written as the source has them."""

from __future__ import annotations

import ctypes
import os
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 500
"""Characters of a name; templates make longer ones, whose end says little."""
_CPP_LIBRARIES: Final = ("libstdc++.so.6", "libc++abi.so.1")
_LEGACY: Final = re.compile(r"_ZN(?P<path>.*)17h[0-9a-f]{16}E(?:[.$].*)?", re.DOTALL)
_ESCAPE: Final = re.compile(r"\$(?P<word>[A-Za-z]+|u[0-9a-f]{1,6})\$")
_ESCAPES: Final = {
    "SP": "@",
    "BP": "*",
    "RF": "&",
    "LT": "<",
    "GT": ">",
    "LP": "(",
    "RP": ")",
    "C": ",",
}
_V0_PART: Final = re.compile(r"s[0-9a-zA-Z]*_(?=u?\d)|(?P<unicode>u?)(?P<length>[1-9]\d*)_?")


def demangled(symbol: str) -> str:
    """The name in the source's words, as far as it can be told; the symbol itself otherwise."""
    if symbol.startswith("_R"):
        name = _rust_v0(symbol)
    elif legacy := _LEGACY.fullmatch(symbol):
        name = _rust_legacy(legacy["path"])
    elif symbol.startswith("_Z"):
        name = _cpp(symbol)
    else:
        name = symbol
    name = name or symbol
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}..."


def _cpp(symbol: str) -> str:
    """By the runtime library of C++, where the process has loaded it; else empty."""
    for file in _CPP_LIBRARIES:
        try:
            library = ctypes.CDLL(file, mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
        except OSError:
            continue
        demangle = library["__cxa_demangle"]
        demangle.restype = ctypes.c_void_p
        status = ctypes.c_int()
        found = demangle(symbol.encode(), None, None, ctypes.byref(status))
        if not found:
            return ""
        name = ctypes.string_at(found).decode("utf-8", "replace")
        release = ctypes.CDLL(None).free
        release.argtypes, release.restype = [ctypes.c_void_p], None
        release(found)
        return name
    return ""


def _rust_legacy(path: str) -> str:
    """The parts of a path, each with its length before it; empty where it is no such path."""
    parts = []
    at = 0
    while at < len(path):
        length = re.compile(r"\d+").match(path, at)
        if length is None or length.end() + int(length[0]) > len(path):
            return ""
        at = length.end() + int(length[0])
        parts.append(_unescaped(path[length.end() : at]))
    return "::".join(parts)


def _unescaped(part: str) -> str:
    def character(found: re.Match[str]) -> str:
        word = found["word"]
        if word in _ESCAPES:
            return _ESCAPES[word]
        if re.fullmatch(r"u[0-9a-f]{1,6}", word) and int(word[1:], 16) < 0x110000:  # noqa: PLR2004 - Unicode's end
            return chr(int(word[1:], 16))
        return found[0]

    return _ESCAPE.sub(
        character, part.removeprefix("_") if part.startswith("_$") else part
    ).replace("..", "::")


def _rust_v0(symbol: str) -> str:
    """The identifiers of a path in their order; generic arguments and types are not told apart."""
    return "::".join(_identifiers(symbol.partition(".")[0][2:]))


def _identifiers(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        found = _V0_PART.match(text, at)
        if found is None:
            at += 1
        elif found["length"] is None:
            at = found.end()
        else:
            at = found.end() + int(found["length"])
            yield text[found.end() : at]
