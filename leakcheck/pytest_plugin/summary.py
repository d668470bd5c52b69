# SPDX-License-Identifier: MIT
"""What the session says at its start and at its end, built from reports alone.

So it is the same with pytest-xdist, whose controller sees nothing but reports.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from leakcheck.gate.session import Standing
from leakcheck.model import Verdict
from leakcheck.probes.native import NAME as NATIVE
from leakcheck.pytest_plugin._private import FindingRepr
from leakcheck.report.grouped import by_cause, is_known, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.pytest_plugin.gating import Gating
    from leakcheck.pytest_plugin.select import Wishes

RERUN = "rerun"
"""The outcome that pytest-rerunfailures gives to the report of a failure that it tries again."""
CRASH = "???"
"""The phase that pytest-xdist gives to the report of a test in which a worker died."""

_SLOWEST = 3
_SLOW_SECONDS = 1.0
"""Checks that take less are not worth a line."""

NOTHING_MEASURED = pytest.ExitCode.NO_TESTS_COLLECTED


class Summary:
    """Counts verdicts as reports come in."""

    def __init__(self, version: str, wishes: Wishes, gating: Gating) -> None:
        self._version = version
        self._wishes = wishes
        self._gating = gating
        self._let_be = 0
        self._slowest: list[tuple[float, str]] = []
        self._counts: Counter[str] = Counter()
        self._reasons: dict[str, list[str]] = {}
        self._undecided: list[tuple[str, str]] = []
        self._leaks: list[tuple[str, dict[str, Any]]] = []
        self._bound = 0.0

    def pytest_report_header(self) -> str | None:
        """One line when every test is checked."""
        if not self._wishes.enabled:
            return None
        if self._wishes.off:
            return f"leakcheck: {self._version}, off: nothing is measured, {self._wishes.off}"
        settings = self._wishes.settings
        runs = f", iterations {settings.iterations}" if settings.iterations is not None else ""
        strict = ", strict" if self._wishes.strict else ""
        names = ", ".join([one.name for one in settings.probes] + [NATIVE] * self._wishes.native)
        probes = f", probes {names}" if names else ""
        return (
            f"leakcheck: {self._version}, rate {settings.rate:g} leaks a run{runs}, "
            f"at most {settings.max_time:g} s a test, seed {settings.seed}{probes}{strict}"
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a report that carries a result."""
        crash: list[Any] | None = getattr(report, "leakcheck_crash", None)
        if crash is not None and isinstance(report.longrepr, str):
            # From an xdist worker: the short summary and JUnit need its one line again.
            report.longrepr = FindingRepr.again(report.longrepr, crash)
        found: dict[str, Any] | None = getattr(report, "leakcheck", None)
        if found is None or report.when not in ("call", CRASH) or report.outcome == RERUN:
            return
        verdict = found["verdict"]
        standing, note, _ = getattr(report, "leakcheck_standing", (None, "", False))
        self._slowest = sorted([*self._slowest, (found["seconds"], report.nodeid)])[-_SLOWEST:]
        self._counts[verdict] += 1
        if verdict == Verdict.NOT_MEASURED:
            self._reasons.setdefault(_without_run(found["reason"]), []).append(report.nodeid)
        elif verdict == Verdict.INCONCLUSIVE:
            self._undecided.append((report.nodeid, found["reason"]))
        elif Verdict(verdict).leaks:
            if standing is not None and not Standing(standing).fails and not is_known(found):
                self._let_be += 1
            else:
                told = {"standing": standing, "note": note} if self._gating.knows else {}
                self._leaks.append((report.nodeid, found | told))
        elif verdict == Verdict.CLEAN and found["bound"] is not None:
            self._bound = max(self._bound, found["bound"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """A leak has its own letter; its category stays `failed`."""
        found = getattr(report, "leakcheck", None)
        if (
            found is not None
            and report.when == "call"
            and report.failed
            and Verdict(found["verdict"]).leaks
        ):
            return "failed", "L", "LEAKED"
        return None

    @property
    def _nothing(self) -> bool:
        """Tests that pass were to be checked, and not one was measured."""
        return set(self._counts) == {Verdict.NOT_MEASURED}

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A gate that measured nothing must not be green."""
        if (
            self._wishes.enabled
            and self._nothing
            and session.exitstatus == pytest.ExitCode.OK
            and not hasattr(session.config, "workerinput")
        ):
            session.exitstatus = NOTHING_MEASURED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """One line, and a section when there is something to look at."""
        if not self._counts:
            if self._wishes.enabled and not self._wishes.off:
                terminalreporter.write_line("leakcheck: no test passed that was to be measured")
            return
        gating = self._gating.lines()
        if self._undecided or self._reasons or self._leaks or gating:
            terminalreporter.write_sep("=", "leakcheck")
        for line in lines(by_cause(self._leaks)):
            terminalreporter.write_line(line)
        for nodeid, reason in self._undecided:
            told = reason.replace("a longer max time", "a longer --leakcheck-max-time")
            terminalreporter.write_line(f"INCONCLUSIVE {nodeid}: {told}")
        verbose = terminalreporter.config.get_verbosity() > 0
        for line in (*self._not_measured(verbose=verbose), *gating, *self._slow()):
            terminalreporter.write_line(line)
        if self._wishes.unheard:
            why = self._wishes.unheard
            terminalreporter.write_line(f"leakcheck: native memory was not counted: {why}")
        terminalreporter.write_line(self._line())

    def _not_measured(self, *, verbose: bool) -> Iterator[str]:
        for reason, nodeids in sorted(self._reasons.items(), key=lambda one: -len(one[1])):
            if len(nodeids) == 1:
                yield f"NOT MEASURED {nodeids[0]}: {reason}"
                continue
            hint = "" if verbose else " (-v names them)"
            yield f"NOT MEASURED {len(nodeids)} tests: {reason}{hint}"
            yield from (f"  {nodeid}" for nodeid in nodeids if verbose)

    def _slow(self) -> Iterator[str]:
        slow = [one for one in reversed(self._slowest) if one[0] >= _SLOW_SECONDS]
        if slow:
            yield "slowest checks: " + ", ".join(f"{time:.1f} s {name}" for time, name in slow)

    def _line(self) -> str:
        if self._nothing:
            return "leakcheck: nothing was measured; see the reasons above"
        parts = []
        known = sum(is_known(answer) for _, answer in self._leaks)
        if len(self._leaks) > known:
            parts.append(f"{len(self._leaks) - known} leaking")
        if known:
            parts.append(f"{known} with a known leak of the interpreter (not failed)")
        if self._let_be:
            parts.append(f"{self._let_be} with a leak that is let be")
        if self._counts[Verdict.CACHE]:
            parts.append(f"{self._counts[Verdict.CACHE]} filling a bounded cache")
        clean = self._counts[Verdict.CLEAN]
        if clean:
            bound = f" (at most {self._bound:.3g} leaks a run, 95 %)" if self._bound else ""
            parts.append(f"{clean} clean{bound}")
        if self._undecided:
            parts.append(f"{len(self._undecided)} inconclusive")
        unmeasured = self._counts[Verdict.NOT_MEASURED]
        if unmeasured:
            parts.append(f"{unmeasured} not measured")
        return "leakcheck: " + ", ".join(parts)


def _without_run(reason: str) -> str:
    """Reasons that differ in their run number alone are counted together."""
    head, found, tail = reason.partition(" (run ")
    number, closed, rest = tail.partition(")")
    return f"{head}{rest}" if found and closed and number.isdigit() else reason
