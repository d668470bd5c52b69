# SPDX-License-Identifier: MIT
"""Gathers what a session's reports say.

From reports alone, so that pytest-xdist's controller tells what a session without it tells.
"""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from leakcheck.gate.excerpts import excerpts
from leakcheck.gate.session import Outcome, Session, Standing, Tested, from_root
from leakcheck.model import Result, Verdict
from leakcheck.pytest_plugin.summary import CRASH, RERUN
from leakcheck.report.jsonfile import from_dict, to_dict

if TYPE_CHECKING:
    from collections.abc import Generator

    from leakcheck.gate.standing import Rules
    from leakcheck.pytest_plugin.select import Wishes

_WITHOUT: Final = {
    Outcome.PASSED: "no check was asked for",
    Outcome.FAILED: "it failed by itself",
    Outcome.ERROR: "its set-up or tear-down failed",
    Outcome.SKIPPED: "it was skipped",
    Outcome.XFAILED: "it failed as expected",
    Outcome.XPASSED: "it was expected to fail",
}
CRASHED: Final = "the worker process that ran it crashed"
_CHOOSING: Final = ("keyword", "markexpr", "deselect", "lf", "stepwise", "leakcheck_changed_since")
"""Options under which some tests are left out."""


@dataclass(slots=True)
class _Seen:
    """What the reports of one test said so far."""

    file: str
    line: int
    outcome: Outcome | None = None
    standing: str | None = None
    note: str = ""
    by_marker: bool = False
    result: str = ""


class Record:
    """The tests of a session as reports come in.

    Args:
        config: of the session.
        wishes: what its options ask for.
        rules: what is known of leaks.
        version: of leakcheck.
    """

    def __init__(self, config: pytest.Config, wishes: Wishes, rules: Rules, version: str) -> None:
        self._config = config
        self._wishes = wishes
        self._rules = rules
        self._version = version
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._deselected = False
        # Elsewhere each test runs once, and which worker took it is chance.
        self._each = config.getoption("dist", "no") == "each"

    def pytest_deselected(self) -> None:
        """Something chose among the tests."""
        self._deselected = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(
        self, report: pytest.TestReport
    ) -> Generator[None, object, object]:
        """Take in one phase of one test, before others see what is added to it."""
        self._take(report)
        return (yield)

    def _take(self, report: pytest.TestReport) -> None:
        worker = ""
        if self._each and hasattr(report, "node"):
            worker = report.node.gateway.id
        file, line, _ = report.location
        key = (report.nodeid, worker)
        if str(report.outcome) == RERUN:
            self._seen.pop(key, None)
            return
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = _Seen(_slashes(file), (line or -1) + 1)
        seen.outcome = _worse(seen.outcome, report)
        if str(report.when) == CRASH and self._wishes.enabled and not seen.result:
            # xdist's own report of a worker that died; what was measured before that counts.
            report.leakcheck = to_dict(Result(Verdict.NOT_MEASURED, CRASHED))  # type: ignore[attr-defined]
        found: dict[str, Any] | None = getattr(report, "leakcheck", None)
        if found is not None and report.when in ("call", CRASH):
            # As text: thousands of records kept would be thousands of objects to be walked over.
            seen.result = json.dumps(found)
            told = getattr(report, "leakcheck_standing", (None, "", False))
            seen.standing, seen.note, seen.by_marker = told

    def session(self, status: int, *, stopped: bool) -> Session:
        """What was gathered.

        Args:
            status: pytest's exit status.
            stopped: it ended before its last test.
        """
        settings = self._wishes.settings
        root = self._config.rootpath
        tests = tuple(
            _tested(nodeid, worker, seen, root) for (nodeid, worker), seen in self._seen.items()
        )
        return Session(
            leakcheck=self._version,
            python=platform.python_version(),
            implementation=platform.python_implementation(),
            platform=platform.platform(),
            day=self._rules.day,
            root=str(root),
            options=tuple(str(word) for word in self._config.invocation_params.args),
            rate=settings.rate,
            max_time=settings.max_time,
            iterations=settings.iterations,
            seed=settings.seed,
            strict=self._wishes.strict,
            whole=not stopped and not self._chosen(),
            status=status,
            tests=tests,
            known=tuple(self._rules.entries.values()),
            ignored=tuple(rule.text for rule in self._rules.ignored),
            sources=excerpts(tests, root),
        )

    def _chosen(self) -> bool:
        config = self._config
        option = config.option
        if self._deselected or any(getattr(option, one, None) for one in _CHOOSING):
            return True
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            return False
        started = config.invocation_params.dir
        given = {(started / one).resolve() for one in config.args}
        usual = {(config.rootpath / one).resolve() for one in config.getini("testpaths")}
        return config.rootpath not in given and not (usual and usual <= given)


def _slashes(file: str) -> str:
    return Path(file).as_posix()


def _worse(before: Outcome | None, report: pytest.TestReport) -> Outcome | None:
    """The outcome of a test with one more report."""
    expected = hasattr(report, "wasxfail")
    now: Outcome | None = None
    if report.failed:
        now = Outcome.ERROR if report.when in ("setup", "teardown") else Outcome.FAILED
    elif report.skipped:
        now = Outcome.XFAILED if expected else Outcome.SKIPPED
    elif report.when == "call":
        now = Outcome.XPASSED if expected else Outcome.PASSED
    if now is None or before is Outcome.ERROR:
        return before
    return before if before is Outcome.FAILED and now is not Outcome.ERROR else now


def _tested(nodeid: str, worker: str, seen: _Seen, root: Path) -> Tested:
    outcome = seen.outcome or Outcome.SKIPPED
    result = from_root(from_dict(json.loads(seen.result)), root) if seen.result else None
    standing = None if seen.standing is None else Standing(seen.standing)
    note, by_marker = seen.note, seen.by_marker
    if outcome is Outcome.XFAILED and standing is not None and standing.fails:
        standing, note, by_marker = Standing.KNOWN, "the test is expected to fail", True
    why = ""
    if result is None:
        why = _WITHOUT[outcome]
    elif result.verdict is Verdict.NOT_MEASURED:
        why = result.reason
    return Tested(
        nodeid=nodeid,
        outcome=outcome,
        file=seen.file,
        line=seen.line,
        worker=worker,
        standing=standing,
        by_marker=by_marker,
        note=note,
        why=why,
        result=result,
    )
