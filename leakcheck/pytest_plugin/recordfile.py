# SPDX-License-Identifier: MIT
"""Writes the record of a session to files when it ends: `--leakcheck-json`, `--leakcheck-html`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakcheck.errors import UsageError
from leakcheck.gate.sessionfile import dumps
from leakcheck.gate.stored import write

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from leakcheck.gate.session import Session
    from leakcheck.pytest_plugin.record import Record


class RecordFile:
    """Writes the record of a session in one form.

    Attributes:
        path: where to.

    Args:
        option: that asks for it.
        path: as given to the option.
        form: the text of a session.
        record: what is written.
        config: of the session.

    Raises:
        pytest.UsageError: nothing can be written there.
    """

    def __init__(
        self,
        option: str,
        path: str,
        form: Callable[[Session], str],
        record: Record,
        config: pytest.Config,
    ) -> None:
        self.path = config.invocation_params.dir / path
        self._form = form
        self._record = record
        if not path or self.path.is_dir() or not _is_folder(self.path.parent):
            raise pytest.UsageError(f"{option} can't write a file at {path!r}")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """After all others have settled the exit status."""
        outcome = yield
        stopped = bool(session.shouldstop or session.shouldfail)
        status = int(session.exitstatus)
        stopped = stopped or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        try:
            write(self.path, self._form(self._record.session(status, stopped=stopped)))
        except (UsageError, ValueError) as error:
            pytest.exit(f"leakcheck: {error}", returncode=pytest.ExitCode.INTERNAL_ERROR)
        return outcome


def record_files(record: Record, config: pytest.Config) -> dict[str, object]:
    """A plugin for each file that the options ask for, by a name.

    Raises:
        pytest.UsageError: one can't be written, or both are the same.
    """
    found: dict[str, RecordFile] = {}
    path = config.getoption("leakcheck_json")
    if path is not None:
        found["record-file"] = RecordFile("--leakcheck-json", path, dumps, record, config)
    path = config.getoption("leakcheck_html")
    if path is not None:
        from leakcheck.html.engine import ensure_available
        from leakcheck.html.page import html

        try:
            ensure_available()
        except UsageError as error:
            raise pytest.UsageError(f"--leakcheck-html: {error}") from None
        found["page-file"] = RecordFile("--leakcheck-html", path, html, record, config)
    if len({one.path for one in found.values()}) < len(found):
        raise pytest.UsageError("--leakcheck-json and --leakcheck-html name the same file")
    return dict(found)


def _is_folder(path: Path) -> bool:
    """Also one that is still to be made."""
    there = next(one for one in (path, *path.parents) if one.exists())
    return there.is_dir()
