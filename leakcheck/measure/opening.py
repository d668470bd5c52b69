# SPDX-License-Identifier: MIT
"""Which line opened what a probe counts, by a trace function in a few further runs.

After each line the probe is read. What it counts more was opened by that line, or by what it
called in the standard library, whose own lines are not watched: reading after each of these would
take long and name lines that nobody can change. What another thread opened is charged to the line
that ran meanwhile in the thread of the test.
"""

from __future__ import annotations

import sys
import sysconfig
from typing import TYPE_CHECKING, Any, Final

from leakcheck.errors import ProbeError
from leakcheck.measure.holding import HARNESS
from leakcheck.measure.series import Step, runs_for
from leakcheck.model import Frame, Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from types import FrameType

    from leakcheck.model import Result
    from leakcheck.probe import Probe

SHARE: Final = 0.7
"""Part of the growth that is expected of a leak which a probe must show beside another one."""
RUNS_MAX: Final = 64
SHOWN: Final = 5
EXAMPLES: Final = 3
LONGEST: Final = 200
_DEEPEST: Final = 64
_STDLIB: Final = tuple(
    f"{folder}/" for name, folder in sysconfig.get_paths().items() if name.endswith("stdlib")
)

Stack = tuple[Frame, ...]


def growing(leak: Result, probes: tuple[Probe, ...]) -> dict[Probe, float]:
    """The probe that decided; of another leak, those that grew about once a run beside it.

    None of those that a trace has the lines of.

    Returns:
        Each with its growth a run.
    """
    if leak.probe:
        return {one: leak.rate for one in probes if one.name == leak.probe and not one.traced}
    told = [one for one in leak.readings if one.probes is not None]
    if len(told) < 2:  # noqa: PLR2004 - a level before and one after
        return {}
    first, last = told[len(told) // 2 - 1], told[-1]
    assert first.probes is not None
    assert last.probes is not None
    runs = max(last.runs - first.runs, 1)
    return {
        probe: (after - before) / runs
        for probe, before, after in zip(probes, first.probes, last.probes, strict=True)
        if after - before >= SHARE * runs and not probe.traced
    }


class OpenedLines(Step):
    """Runs that show at which lines probes grow, driven like a check.

    Args:
        probes: that grow.
        rate: growth a run of the slowest.
        alone: no memory leaks, so that no line that made a block has a part in it.
    """

    def __init__(self, probes: Iterable[Probe], rate: float, *, alone: bool) -> None:
        self._alone = alone
        self.runs = 2 + min(runs_for(rate), RUNS_MAX)
        self._books = [_Book(one) for one in probes]
        self._asked = 0
        self._watch: Watch | None = None

    def next(self) -> int:
        """Two runs, so that what is opened once is there, then those that are watched; then -1."""
        self._asked += 1
        if self._asked == 1:
            return 2
        if self._asked == 2:  # noqa: PLR2004 - the second time
            for book in self._books:
                book.start()
            self._watch = Watch(self._books)
            self._watch.start()
            return self.runs - 2
        self.close()
        return -1

    def read(self) -> None:
        """See what is there now."""
        if self._watch is not None:
            self._watch.stop()
            for book in self._books:
                book.stop()

    def close(self) -> None:
        """Watch no more. Idempotent."""
        if self._watch is not None:
            self._watch.stop()
        self._asked = 2

    def found(self) -> dict[str, object]:
        """What was opened, and by which lines."""
        opened = [one for book in self._books for one in book.opened(self.runs - 2)]
        told = tuple(sorted(opened, key=lambda one: -one.count)[:SHOWN])
        return {"opened": told, **({"sites": ()} if self._alone else {})}


class _Book:
    """What one probe counts, by the lines that opened it."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self._level = 0
        self._gained: list[tuple[Stack, int]] = []  # The latest last; what is closed, goes.
        self._before: dict[Hashable, str] = {}
        self._seen: dict[Hashable, str] = {}
        self._by: dict[Hashable, Stack] = {}
        self._stayed: dict[Hashable, str] = {}
        self._more = 0
        self._first = 0

    def start(self) -> None:
        """Take what is there now for what was there before."""
        self._level = self._first = self.probe.asked()
        self._before = self._seen = self._there()

    def look(self, stack: Callable[[], Stack]) -> None:
        """A line has ended, of which `stack` tells how it was reached."""
        level = self.probe.asked()
        if level == self._level:
            return
        if self.probe.there is not None:
            now = self._there()
            new = now.keys() - self._seen.keys()
            if new:
                here = stack()
                self._by |= dict.fromkeys(new, here)
            self._seen = now
        elif level > self._level:
            self._gained.append((stack(), level - self._level))
        else:
            self._give_back(self._level - level)
        self._level = level

    def stop(self) -> None:
        """Take what is there now for what stayed."""
        self._more = self.probe.asked() - self._first
        now = self._there()
        self._stayed = {key: now[key] for key in now.keys() - self._before.keys()}

    def opened(self, runs: int) -> Iterable[Opened]:
        """A record for each line, most first."""
        counts: dict[Stack, int] = {}
        words: dict[Stack, list[str]] = {}
        if self.probe.there is None:
            for stack, count in self._gained:
                counts[stack] = counts.get(stack, 0) + count
        for key, text in self._stayed.items():
            stack = self._by.get(key, ())
            counts[stack] = counts.get(stack, 0) + 1
            words.setdefault(stack, []).append(text[:LONGEST])
        if not counts and self._more > 0:
            counts[()] = self._more
        for stack in sorted(counts, key=lambda one: -counts[one]):
            some = tuple(sorted(dict.fromkeys(words.get(stack, ())))[:EXAMPLES])
            yield Opened(self.probe.name, counts[stack], runs, stack, some)

    def _there(self) -> dict[Hashable, str]:
        return {} if self.probe.there is None else dict(self.probe.there())

    def _give_back(self, count: int) -> None:
        """What is given back was taken in one piece of that size; else it was taken last."""
        for place in range(len(self._gained) - 1, -1, -1):
            if self._gained[place][1] == count:
                del self._gained[place]
                return
        while count > 0 and self._gained:
            stack, gained = self._gained.pop()
            if gained > count:
                self._gained.append((stack, gained - count))
            count -= gained


class Watch:
    """Reads probes after each line of this thread, between `start` and `stop`.

    Args:
        books: of the probes.
    """

    def __init__(self, books: list[_Book]) -> None:
        self._books = books
        self._own: Any = None
        self._on = False
        self._at: tuple[FrameType, int] | None = None

    def start(self) -> None:
        """Watch this thread's functions that are called from now on."""
        self._own = sys.gettrace()
        self._on = True
        sys.settrace(self._trace)

    def stop(self) -> None:
        """Give the program its own trace function back. Idempotent."""
        if self._on:
            self._on = False
            sys.settrace(self._own)
            self._own = self._at = None

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if not self._on or _is_library(frame.f_code.co_filename) or _is_harness(frame):
            return None
        try:
            for book in self._books:
                book.look(self._stack)
        except ProbeError:  # Not through the program's own code; it is asked again at the end.
            self.stop()
            return None
        self._at = (frame, frame.f_lineno) if event != "return" else _written(frame.f_back)
        return self._trace

    def _stack(self) -> Stack:
        """How the line was reached that has just ended."""
        frame, line = self._at or (None, 0)
        found: list[Frame] = []
        while frame is not None and len(found) < _DEEPEST and not _is_harness(frame):
            code = frame.f_code
            found.append(Frame(code.co_filename, code.co_qualname, line))
            frame = frame.f_back
            line = frame.f_lineno if frame is not None else 0
        return tuple(reversed(found))


def _written(frame: FrameType | None) -> tuple[FrameType, int] | None:
    """The nearest caller outside of the standard library, and its line; None for what runs tests."""
    while frame is not None and not _is_harness(frame):
        if not _is_library(frame.f_code.co_filename):
            return frame, frame.f_lineno
        frame = frame.f_back
    return None


def _is_library(file: str) -> bool:
    """It is the standard library's or the interpreter's."""
    return file.startswith("<frozen ") or (file.startswith(_STDLIB) and "-packages/" not in file)


def _is_harness(frame: FrameType) -> bool:
    """It runs the test."""
    name = frame.f_globals.get("__name__")
    return isinstance(name, str) and name.partition(".")[0] in HARNESS
