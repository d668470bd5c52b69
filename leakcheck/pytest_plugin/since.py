# SPDX-License-Identifier: MIT
"""`--leakcheck-changed-since`: only the tests that a change touches; none of them is fine too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from leakcheck.errors import UsageError
from leakcheck.gate.changed import changed_since, touched

if TYPE_CHECKING:
    from pathlib import Path

_LEFT_OUT: Final = "leakcheck_left_out"


class Since:
    """Leaves tests out of a session, as pytest's own -k does.

    Args:
        config: of the session.
        ref: where the change begins.

    Raises:
        pytest.UsageError: git can't tell.
    """

    def __init__(self, config: pytest.Config, ref: str) -> None:
        self._config = config
        self._ref = ref
        self._left_out = 0
        try:
            self._changed: frozenset[Path] = changed_since(ref, config.rootpath)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out, and report as deselected, the tests of files that the change does not touch."""
        kept = touched({item.path for item in items}, self._changed)
        left = [item for item in items if item.path not in kept]
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if item.path in kept]
            self._left_out = len(left)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of pytest-xdist has ended; each of them left out the same."""
        self._left_out = getattr(node, "workeroutput", {}).get(_LEFT_OUT, self._left_out)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """That no test is touched is no mistake, unlike that there is none."""
        told = getattr(self._config, "workeroutput", None)
        if told is not None:
            told[_LEFT_OUT] = self._left_out
        elif self._left_out and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """How much was left out."""
        if self._left_out:
            tests = "1 test" if self._left_out == 1 else f"{self._left_out} tests"
            terminalreporter.write_line(
                f"leakcheck: {tests} left out, not touched since {self._ref}"
            )
