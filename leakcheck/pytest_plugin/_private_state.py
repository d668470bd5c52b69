# SPDX-License-Identifier: MIT
# ruff: noqa: SLF001 - private names are what this file is for
"""What pytest keeps of each run, and how every bit of it is put back.

With `_private.py` the only place that knows attributes of pytest's own plugins. All of them are
looked up with care: a plugin that is switched off (`-p no:logging`) has nothing to put back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Self

from leakcheck.pytest_plugin._private import (
    CAPLOG_RECORDS,
    diverted_reports,
    forget_failed_subtests,
    forget_unittest_trouble,
)
from leakcheck.pytest_plugin._private_fixtures import HigherFixtures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    import pytest

PRIVATE_FOLDER: Final = "leakcheck"


def _pass_on(stream: Any) -> None:
    """Flush a stream, which a test may have closed or replaced by something else."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        stream.flush()


def _ignore(_: object, /) -> None:
    """Stand in for the hooks of unraisable and thread exceptions, which pytest collects."""


class Captured:
    """Output, which pytest keeps until the phase ends."""

    def __init__(self, item: pytest.Item) -> None:
        manager: Any = item.config.pluginmanager.getplugin("capturemanager")
        self._read: Callable[[], tuple[str, str]] | None = None
        if manager is not None and item.config.getoption("capture", "no") != "no":
            self._read = manager.read_global_capture
        self._item = item
        self._noisy = False

    def keep_own(self) -> None:
        """Make what the test's own run printed a section of its report."""
        if self._read is None:
            return
        out, err = self._read()
        self._noisy = bool(out or err)
        self._item.add_report_section("call", "stdout", out)
        self._item.add_report_section("call", "stderr", err)

    def trim(self) -> None:
        """Drop what a repeated run printed; costs nothing for tests that print nothing.

        What is not captured is passed on now: a stream keeps each piece of text until it has
        8 KiB of them, which looks like references that grow for thousands of runs.
        """
        if self._read is None:
            _pass_on(sys.stdout)
            _pass_on(sys.stderr)
        elif self._noisy:
            self._read()

    def restore(self) -> None:
        """Drop the last of it."""
        if self._read is not None:
            self._read()


class Logs:
    """The records and the text of the handlers that pytest's logging plugin installs."""

    def __init__(self, item: Any) -> None:
        plugin: Any = item.config.pluginmanager.getplugin("logging-plugin")
        self._item = item
        self._caplog: Any = getattr(plugin, "caplog_handler", None)
        self._report: Any = getattr(plugin, "report_handler", None)
        self._handlers = [h for h in (self._caplog, self._report) if h is not None]
        self._saved = [(h.records, h.stream) for h in self._handlers]
        self._phases: dict[str, Any] | None = None
        if "caplog" in self._item._request._fixture_defs:
            self._phases = item.stash.get(CAPLOG_RECORDS, None)
        self._saved_phases = dict(self._phases) if self._phases is not None else {}
        # Live logs would show each line once a run.
        self._muted = [
            h
            for h in (getattr(plugin, n, None) for n in ("log_cli_handler", "log_file_handler"))
            if h is not None
        ]

    def __enter__(self) -> None:
        for handler in self._handlers:
            handler.reset()
        for name in ("setup", "call", "teardown"):  # So that no run is the first to have one.
            self.phase(name)
        for handler in self._muted:
            handler.addFilter(self._nothing)

    def __exit__(self, *_: object) -> None:
        for handler in self._muted:
            handler.removeFilter(self._nothing)
        for handler, (records, stream) in zip(self._handlers, self._saved, strict=True):
            handler.records = records
            handler.stream = stream
        if self._phases is not None:
            self._phases.clear()
            self._phases.update(self._saved_phases)

    @staticmethod
    def _nothing(_: object) -> bool:
        return False

    def phase(self, name: str) -> None:
        """A phase begins: caplog shows its records apart. Nothing to do without caplog."""
        if self._phases is not None:
            self._caplog.reset()
            self._phases[name] = self._caplog.records

    def trim(self) -> None:
        """Drop what a repeated run logged."""
        for handler in self._handlers:
            if handler.records:
                handler.reset()


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
    """All that pytest keeps of a run. Enter it after the test's own run has been torn down.

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
            self._captured.keep_own()
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
