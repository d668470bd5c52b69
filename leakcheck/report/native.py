# SPDX-License-Identifier: MIT
"""Native stacks as text: which function of which library asked the C library for memory."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from leakcheck.judge.sites import installed_path, relative
from leakcheck.judge.takers import taker
from leakcheck.model import Frame
from leakcheck.report.text import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leakcheck.model import NativeFrame, Site
    from leakcheck.report.places import Painter

STACKS: Final = 3
"""Native stacks shown of one line of Python."""
_FRAMES: Final = 24
_LONGEST: Final = 80
_ID_DIGITS: Final = 12


def in_words(frame: NativeFrame) -> str:
    """Such as "scan at scan.c:41 in _scan.so" or "png_read (+0x1f20) in libpng16.so.16".

    Not escaped: names are as the library has them.
    """
    if not frame.library:
        return "code that lies in no file"
    text = _function(frame) or f"+{frame.offset:#x}"
    if frame.line:
        text += f" at {frame.file}:{frame.line}"
    elif frame.function:
        text += f" (+{frame.offset:#x})"
    return f"{text} in {_name(frame)}"


def from_library(frame: NativeFrame) -> str:
    """What the library belongs to: such as "pillow 11.0.0, build id 81a88af2d8a1"."""
    owner = " ".join(word for word in (frame.distribution, frame.version) if word)
    build = f"build id {frame.build_id[:_ID_DIGITS]}" if frame.build_id else ""
    return ", ".join(word for word in (owner, build) if word)


def taken_by(painter: Painter, site: Site) -> Iterator[str]:
    """The function that took a site's blocks, and whose library it is in; nothing if not known."""
    frame = taker(site.native_frames)
    if frame is None:
        return
    yield f"   taken by      {painter.tint(painter.line(_shown(painter, frame)), 'strong')}"
    if frame.library:
        known = from_library(frame)
        path = _path(painter, frame.library)
        yield f"   library       {painter.line(f'{path}, {known}' if known else path, 400)}"


def taker_of(painter: Painter, site: Site) -> str:
    """The function that took a site's blocks; empty where it is not known."""
    frame = taker(site.native_frames)
    return "" if frame is None else painter.line(_shown(painter, frame))


def stacks(painter: Painter, parts: Sequence[Site]) -> Iterator[str]:
    """The native stacks of a line's parts that have one."""
    told = [one for one in parts if one.native_frames]
    for one in told[:STACKS]:
        share = f" of {blocks(one.blocks)}" if len(told) > 1 else ""
        yield f"   native stack{share}, outermost call first"
        frames = one.native_frames
        for frame in frames if painter.style.verbose else frames[-_FRAMES:]:
            yield f"     {painter.line(_shown(painter, frame))}"
    if len(told) > STACKS:
        rest = sum(one.blocks for one in told[STACKS:])
        yield f"   and {len(told) - STACKS} more native stacks: {blocks(rest)}"


def _shown(painter: Painter, frame: NativeFrame) -> str:
    if not frame.line:
        return in_words(frame)
    at = f"{_function(frame) or '?'} at {_path(painter, frame.file)}:{frame.line}"
    return f"{at} in {_name(frame)}"


def _function(frame: NativeFrame) -> str:
    """The function's name; of a long one what its arguments are is left out."""
    name = frame.function
    return f"{name.partition('(')[0]}(...)" if len(name) > _LONGEST and "(" in name else name


def _path(painter: Painter, file: str) -> str:
    """The path from root, or from where packages are installed."""
    if painter.style.verbose:
        return file
    inside = relative(file, painter.root) if file.startswith("/") else None
    return installed_path(Frame(file, "", 1)) or inside or file


def _name(frame: NativeFrame) -> str:
    return posixpath.basename(frame.library)
