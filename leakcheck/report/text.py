# SPDX-License-Identifier: MIT
"""Untrusted text and numbers as terminal cells: nothing a file name says may move the cursor."""

from __future__ import annotations

import math
import unicodedata
from typing import Final

_TAB: Final = "    "
_KIB: Final = 1024


def safe(text: str, *, unicode: bool = True) -> str:
    """The text with every character that is not plainly visible written as an escape.

    That covers control characters, direction overrides, lone surrogates and, without
    `unicode`, all that is not ASCII. A tab becomes four spaces.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_cell(char, unicode=unicode) for char in text)


def one_line(text: str, *, unicode: bool = True) -> str:
    """`safe` with every stretch of white space as one space."""
    return safe(" ".join(text.split()), unicode=unicode)


def columns(text: str) -> int:
    """How many terminal columns a text that went through `safe` takes."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def pad(text: str, width: int) -> str:
    """The text with spaces behind it up to `width` columns."""
    return text + " " * (width - columns(text))


def cut(text: str, width: int, *, unicode: bool = True) -> str:
    """The text, or its beginning with an ellipsis, in at most `width` columns."""
    if len(text) <= width and columns(text) <= width:
        return text
    mark = ellipsis(unicode=unicode)
    room, used = width - len(mark), 0
    for index, char in enumerate(text):
        used += _width(char)
        if used > room:
            return text[:index] + mark
    return text


def ellipsis(*, unicode: bool) -> str:
    """What stands for text left out."""
    return "…" if unicode else "..."


def underlined(text: str, start: int, end: int, width: int, *, unicode: bool) -> tuple[str, str]:
    """A source line cut to `width` columns and the carets under its characters start to end.

    The part shown is moved to the right where the carets would be cut off. The second text
    is empty when there is nothing to underline.
    """
    mark = ellipsis(unicode=unicode)
    text = text[: start + 4 * width]  # no character is dearer than its turn in the loop
    begin = 0
    before = safe(text[:start], unicode=unicode)
    if start < end and columns(before) > width - width // 4:
        begin = max(0, start - width // 4)
    lead = mark if begin else ""
    shown = cut(lead + safe(text[begin:], unicode=unicode), width, unicode=unicode)
    if start >= end:
        return shown, ""
    left = len(lead) + columns(safe(text[begin:start], unicode=unicode))
    length = columns(safe(text[start:end], unicode=unicode))
    room = columns(shown) - left
    return shown, " " * left + "^" * max(1, min(length, room)) if room > 0 else ""


def blocks(count: int, *, sign: bool = True) -> str:
    """`+1 block`, `+10,000 blocks`."""
    return f"{count:{'+' if sign else ''},} block{'' if abs(count) == 1 else 's'}"


def kib(count: int) -> str:
    """Bytes as `+576.1 KiB`, small ones as `+64 B`."""
    return f"{count / _KIB:+,.1f} KiB" if abs(count) >= _KIB else f"{count:+,} B"


def number(value: float) -> str:
    """Three significant digits, none of them a needless zero; whole numbers whole."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) or abs(value) >= 1000:  # noqa: PLR2004 - then digits no longer tell
        return f"{value:,.0f}"
    return f"{value:.3g}"


def rate(value: float, *, exact: bool, units: tuple[str, str] = ("block", "blocks")) -> str:
    """`+1 block/run`, `about +0.35 blocks/run`; `units` are what one and what several are called."""
    digits = number(value)
    unit = units[digits not in ("1", "-1")]
    sign = "" if digits.startswith("-") else "+"
    return f"{'' if exact else 'about '}{sign}{digits} {unit}/run"


def _cell(char: str, *, unicode: bool) -> str:
    if char == "\t":
        return _TAB
    if char.isprintable() and (unicode or char.isascii()):
        return char
    return char.encode("unicode_escape").decode("ascii")


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
