# SPDX-License-Identifier: MIT
"""The user's part of a traceback: without leakcheck's frames and the import system's."""

from __future__ import annotations

import asyncio
import importlib
import os
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import TracebackType

_NOT_THEIRS: Final = (
    "<frozen importlib",
    str(Path(importlib.__file__).parent) + os.sep,
    str(Path(__file__).parent) + os.sep,
    str(Path(asyncio.__file__).parent) + os.sep,
)

_LONGEST: Final = 300


def user_frames(error: BaseException) -> TracebackType | None:
    """The traceback from the user's first frame on; None when no frame is theirs."""
    kept = error.__traceback__
    while kept is not None and kept.tb_frame.f_code.co_filename.startswith(_NOT_THEIRS):
        kept = kept.tb_next
    return kept


def user_trace(error: BaseException) -> str:
    """The user's part of the traceback, as text."""
    return "".join(traceback.format_exception(error.with_traceback(user_frames(error))))


def describe(error: BaseException) -> str:
    """`ValueError: text`, on one line and not endless."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "its message can't be shown"
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
