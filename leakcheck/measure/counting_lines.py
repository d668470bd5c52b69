# SPDX-License-Identifier: MIT
"""Which line leaves an object's reference count higher than it found it, by a trace function.

What a line adds belongs to it, unless another line or the end of its function gives it back: then
it was a local variable, or in one. Of the lines that may have taken what is given back, those that
call nothing come first.
"""

from __future__ import annotations

import dis
import sys
from typing import TYPE_CHECKING, Any, Final

from leakcheck.model import Frame

if TYPE_CHECKING:
    from types import CodeType, FrameType

_ENDS: Final = 0
"""Stands for the two ends of a function where a line is named: arguments come and variables go."""
_QUIET: Final = (
    "LOAD_FAST",
    "LOAD_GLOBAL",
    "LOAD_NAME",
    "LOAD_CONST",
    "LOAD_DEREF",
    "STORE_FAST",
    "STORE_NAME",
    "STORE_GLOBAL",
    "STORE_DEREF",
    "BUILD_",
    "LIST_",
    "RETURN_",
    "RESUME",
    "NOP",
    "COPY",
    "POP_TOP",
    "SWAP",
    "CACHE",
    "EXTENDED_ARG",
)


class Lines:
    """Counts at each line, between `start` and `stop`.

    Args:
        objects: to count the references of.
    """

    def __init__(self, objects: list[Any]) -> None:
        self._objects = objects
        self._own: Any = None
        self._on = False
        self._last: list[int] = []
        self._at: tuple[CodeType, int] | None = None
        self._gained: dict[CodeType, dict[int, list[int]]] = {}

    def start(self) -> None:
        """Watch this thread's functions that are called from now on."""
        self._own = sys.gettrace()
        self._on = True
        self._last = [sys.getrefcount(one) for one in self._objects]
        self._at = None
        sys.settrace(self._trace)

    def stop(self) -> None:
        """Give the program its own trace function back. Idempotent."""
        if self._on:
            self._on = False
            sys.settrace(self._own)
            self._own = None

    def most(self, place: int, least: float) -> Frame | None:
        """The line at which an object gained most, if that is at least so much."""
        best: tuple[float, CodeType, int] | None = None
        for code, lines in self._gained.items():
            for line, gained in _kept(code, {at: one[place] for at, one in lines.items()}).items():
                if gained >= least and (best is None or gained > best[0]):
                    best = gained, code, line
        if best is None:
            return None
        _, code, line = best
        return Frame(code.co_filename, code.co_qualname, line)

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if not self._on:
            return None
        now = [sys.getrefcount(one) for one in self._objects]
        at = (frame.f_code, _ENDS) if event == "call" else self._at
        if at is not None and now != self._last:
            code, line = at
            lines = self._gained.setdefault(code, {})
            gained = lines.setdefault(line, [0] * len(now))
            for place, count in enumerate(now):
                gained[place] += count - self._last[place]
        self._last = now
        self._at = frame.f_code, _ENDS if event == "return" else frame.f_lineno
        return self._trace


def _kept(code: CodeType, gained: dict[int, int]) -> dict[int, int]:
    """What lines gained without what their function gave back, at its end or before."""
    back = -sum(count for count in gained.values() if count < 0)
    kept = {line: max(count, 0) for line, count in gained.items() if line != _ENDS}
    for line in sorted(kept, key=lambda at: (not _is_quiet(code, at), -kept[at])):
        given = min(kept[line], back)
        kept[line] -= given
        back -= given
    return kept


def _is_quiet(code: CodeType, line: int) -> bool:
    """A line that only moves references around."""
    here = None
    for one in dis.get_instructions(code):
        starts = one.positions.lineno if one.positions else None
        here = starts if starts is not None else here
        if here == line and not one.opname.startswith(_QUIET):
            return False
    return True
