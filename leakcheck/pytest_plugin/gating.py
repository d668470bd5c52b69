# SPDX-License-Identifier: MIT
"""The end of a session that knows of leaks: what of the known is gone, expired or unused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakcheck.gate.outcome import gate, sentences

if TYPE_CHECKING:
    from collections.abc import Generator

    from leakcheck.gate.standing import Rules
    from leakcheck.pytest_plugin.record import Record


class Gating:
    """Holds the record of a session against what is known, when there is any.

    Attributes:
        knows: something is known.

    Args:
        record: of the session.
        rules: what is known.
        strict: the baseline may only list what still leaks.
    """

    def __init__(self, record: Record, rules: Rules, *, strict: bool) -> None:
        self._record = record
        self.knows = bool(rules.entries or rules.ignored)
        self._strict = strict
        self._lines: list[str] | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """After the exit status is known, before the summary is written."""
        if self.knows:
            stopped = bool(session.shouldstop or session.shouldfail)
            found = gate(self._record.session(int(session.exitstatus), stopped=stopped))
            self._lines = list(sentences(found, strict=self._strict))
            # A leak that fails has failed its test; only what is gone shows in no test.
            if session.exitstatus == pytest.ExitCode.OK and self._strict and found.gone:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return (yield)

    def lines(self) -> list[str]:
        """For the summary; empty when nothing is known."""
        return self._lines or []
