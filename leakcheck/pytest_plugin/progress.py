# SPDX-License-Identifier: MIT
"""One line on the terminal while a check takes long; none when nobody would see it."""

from __future__ import annotations

import contextlib
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from leakcheck.pytest_plugin._private import terminal_file, terminal_line

if TYPE_CHECKING:
    import pytest

    from leakcheck.model import Phase

QUIET_SECONDS: Final = 2.0
EVERY_SECONDS: Final = 0.2


class ProgressLine:
    """Shows how far a check is; calling it is cheap until it has something to show."""

    def __init__(self, config: pytest.Config, nodeid: str, max_time: float) -> None:
        self._config = config
        self._name = nodeid.rpartition("::")[2] or nodeid
        self._max_time = max_time
        self._began = monotonic()
        self._next = self._began + QUIET_SECONDS
        self._before: str | None = None

    @staticmethod
    def wanted(config: pytest.Config) -> bool:
        """A person watches: a terminal, not -q, and not a worker process."""
        reporter: Any = config.pluginmanager.getplugin("terminalreporter")
        return (
            reporter is not None
            and bool(reporter.isatty)
            and config.get_verbosity() >= 0
            and not hasattr(config, "workerinput")
        )

    def __call__(self, phase: Phase, runs: int, _seconds: float) -> None:
        """A batch of runs is done."""
        now = monotonic()
        if now < self._next:
            return
        self._next = now + EVERY_SECONDS
        if self._before is None:
            self._before = terminal_line(self._config)
        writer = self._config.get_terminal_writer()
        text = (
            f"leakcheck: {self._name}: {phase}, {runs:,} runs, "
            f"{now - self._began:.0f} s of at most {self._max_time:g} s"
        )[: writer.fullwidth - 1]
        self._write(writer.markup(text, light=True) if writer.hasmarkup else text)

    def clear(self) -> None:
        """Put back what stood on the line."""
        if self._before is not None:
            self._write(self._before)
            self._before = None

    def _write(self, text: str) -> None:
        # Past the reporter, which would take our text for the start of the next test's line.
        capture: Any = self._config.pluginmanager.getplugin("capturemanager")
        shown = capture.global_and_fixture_disabled() if capture else contextlib.nullcontext()
        with shown:
            file = terminal_file(self._config)
            file.write(f"\r\x1b[2K{text}")
            file.flush()
