# SPDX-License-Identifier: MIT
# ruff: noqa: SLF001 - private names are what this file is for
"""What pytest keeps of each run, and how every bit of it is put back.

With `_private.py` and `_private_output.py` the only place that knows attributes of pytest's own
plugins. All of them are looked up with care: a plugin that is switched off (`-p no:logging`) has
nothing to put back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Self

import pytest

from leakcheck.pytest_plugin._private import (
    diverted_reports,
    forget_failed_subtests,
    forget_unittest_trouble,
)
from leakcheck.pytest_plugin._private_fixtures import HigherFixtures
from leakcheck.pytest_plugin._private_output import Captured, Logs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

PRIVATE_FOLDER: Final = "leakcheck"
OWN_TEAR_DOWN: Final = pytest.StashKey[list[tuple[str, str]]]()
"""What the tear-down of a test's own run printed and logged: (name of the stream, text)."""


def _ignore(_: object, /) -> None:
    """Stand in for the hooks of unraisable and thread exceptions, which pytest collects."""


class TempFolder:
    """tmp_path in a folder that is emptied after each run, under the same name each time.

    A numbered name for each run would fill the disk, cost a search of the folder, and leave
    interned path parts behind on CPython 3.12.
    """

    def __init__(self, item: Any) -> None:
        self._factory: Any = None
        self._folder: Path | None = None
        self._numbers: dict[str, int] = {}
        if "tmp_path_factory" in item._request._fixture_defs:
            self._factory = getattr(item.config, "_tmp_path_factory", None)

    @property
    def entered(self) -> bool:
        """Our folder is in use."""
        return self._folder is not None

    def enter(self) -> None:
        """Use our folder from now on."""
        factory = self._factory
        if factory is None:
            return
        self._saved = (factory.getbasetemp(), getattr(factory, "_next_number", None))
        self._folder = self._saved[0] / PRIVATE_FOLDER
        factory._basetemp = self._folder
        if self._saved[1] is not None:  # since pytest 9.1
            factory._next_number = self._numbers
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self.trim()

    def trim(self) -> None:
        """Empty the folder."""
        if self._folder is None:
            return
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    os.unlink(entry.path)  # noqa: PTH108 - a Path for each run is wasted here
        self._numbers.clear()

    def restore(self, *, keep: bool) -> None:
        """Give pytest its own folder back; `keep` when a fixture of wider scope lives in ours."""
        if self._folder is None:
            return
        self._factory._basetemp = self._saved[0]
        if self._saved[1] is not None:
            self._factory._next_number = self._saved[1]
        if not keep:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None
        try:
            os.getcwd()  # noqa: PTH109
        except FileNotFoundError:  # the test went there and did not come back
            os.chdir(self._saved[0])


class Kept:
    """All that pytest keeps of a run. Enter it after `own_tear_down`.

    Args:
        item: the item, while its own run is still set up.
    """

    def __init__(self, item: pytest.Item) -> None:
        self._item: Any = item
        self._captured = Captured(item)
        self._logs = Logs(item)
        self._temp = TempFolder(item)
        self._marks = len(item.own_markers)
        self.subtest_failed = False
        self._exit = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Set aside what the own run left; repeated runs find their places empty."""
        item = self._item
        with contextlib.ExitStack() as stack:
            self._sections = len(item._report_sections)
            self._properties = len(item.user_properties)
            stack.callback(self._trim_lists)
            self._higher = HigherFixtures(item)
            stack.callback(forget_unittest_trouble, item)
            stack.callback(forget_failed_subtests, item)
            stack.enter_context(diverted_reports(item.config, self._receive))
            stack.enter_context(self._logs)
            stack.callback(self.release_temp)
            self._temp.enter()
            stack.callback(self._captured.restore)
            stack.callback(_set_hooks, sys.unraisablehook, threading.excepthook)
            _set_hooks(_ignore, _ignore)
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put everything back as the own run had left it."""
        self._exit.__exit__(kind, error, trace)

    @contextlib.contextmanager
    def own_tear_down(self) -> Iterator[None]:
        """The test's own run is torn down meanwhile, early: what it prints and logs is put aside.

        What the body printed becomes a section of the report at once.
        """
        item = self._item
        for stream, text in self._captured.own():
            item.add_report_section("call", stream, text)
        self._logs.begin_own_tear_down()
        try:
            yield
        finally:
            item.stash[OWN_TEAR_DOWN] = [*self._captured.own(), *self._logs.own()]
            self._logs.restore()

    def release_temp(self) -> None:
        """Give tmp_path its usual place back. Idempotent."""
        if self._temp.entered:
            self._temp.restore(keep=self._higher.grew())

    def _receive(self, report: Any) -> None:
        if report.failed:
            self.subtest_failed = True

    def phase(self, name: str) -> None:
        """A phase of a repeated run begins."""
        self._logs.phase(name)

    def trim(self) -> None:
        """Drop what the last repeated run left with pytest."""
        self._trim_lists()
        self._higher.trim()
        self._logs.trim()
        self._captured.trim()
        self._temp.trim()

    def _trim_lists(self) -> None:
        item = self._item
        del item._report_sections[self._sections :]
        del item.user_properties[self._properties :]
        del item.own_markers[self._marks :]


def _set_hooks(unraisable: Any, thread: Any) -> None:
    sys.unraisablehook = unraisable
    threading.excepthook = thread
