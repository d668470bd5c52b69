# SPDX-License-Identifier: MIT
# ruff: noqa: SLF001 - private names are what this file is for
"""What pytest keeps of what tests print and log, run by run."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from leakcheck.pytest_plugin._private import CAPLOG_RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def _pass_on(stream: Any) -> None:
    """Flush a stream, which a test may have closed or replaced by something else."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        stream.flush()


class Captured:
    """Output, which pytest keeps until the phase ends."""

    def __init__(self, item: pytest.Item) -> None:
        manager: Any = item.config.pluginmanager.getplugin("capturemanager")
        self._read: Callable[[], tuple[str, str]] | None = None
        if manager is not None and item.config.getoption("capture", "no") != "no":
            self._read = manager.read_global_capture
        self._noisy = False

    def own(self) -> list[tuple[str, str]]:
        """What the test's own run printed since it was last asked for."""
        if self._read is None:
            return []
        out, err = self._read()
        self._noisy = self._noisy or bool(out or err)
        return [("stdout", out), ("stderr", err)]

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
        self.restore()

    def restore(self) -> None:
        """Put back what the body of the own run logged."""
        for handler, (records, stream) in zip(self._handlers, self._saved, strict=True):
            handler.records = records
            handler.stream = stream
        if self._phases is not None:
            self._phases.clear()
            self._phases.update(self._saved_phases)

    @staticmethod
    def _nothing(_: object) -> bool:
        return False

    def begin_own_tear_down(self) -> None:
        """As in a phase of its own: caplog shows nothing of the body."""
        for handler in self._handlers:
            handler.reset()
        self.phase("teardown")

    def own(self) -> list[tuple[str, str]]:
        """What the tear-down of the own run logged."""
        return [("log", self._report.stream.getvalue().strip())] if self._report else []

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
