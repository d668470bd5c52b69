# SPDX-License-Identifier: MIT
"""What the session says at its start and at its end, built from reports alone.

So it is the same with pytest-xdist, whose controller sees nothing but reports.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from leakcheck.judge.sites import installed_path
from leakcheck.judge.whose import in_words
from leakcheck.model import Frame, Owner, Verdict, Whose
from leakcheck.pytest_plugin._private import FindingRepr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.pytest_plugin.select import Wishes

RERUN = "rerun"
"""The outcome that pytest-rerunfailures gives to the report of a failure that it tries again."""

NOTHING_MEASURED = pytest.ExitCode.NO_TESTS_COLLECTED


class Summary:
    """Counts verdicts as reports come in."""

    def __init__(self, version: str, wishes: Wishes) -> None:
        self._version = version
        self._wishes = wishes
        self._counts: Counter[str] = Counter()
        self._reasons: dict[str, list[str]] = {}
        self._undecided: list[tuple[str, str]] = []
        self._leaks: dict[str, list[tuple[str, dict[str, Any]]]] = {}
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
        return (
            f"leakcheck: {self._version}, rate {settings.rate:g} leaks a run{runs}, "
            f"at most {settings.max_time:g} s a test, seed {settings.seed}{strict}"
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a report that carries a result."""
        crash: list[Any] | None = getattr(report, "leakcheck_crash", None)
        if crash is not None and isinstance(report.longrepr, str):
            # From an xdist worker: the short summary and JUnit need its one line again.
            report.longrepr = FindingRepr.again(report.longrepr, crash)
        found: dict[str, Any] | None = getattr(report, "leakcheck", None)
        if found is None or report.when != "call" or report.outcome == RERUN:
            return
        verdict = found["verdict"]
        self._counts[verdict] += 1
        if verdict == Verdict.NOT_MEASURED:
            self._reasons.setdefault(_without_run(found["reason"]), []).append(report.nodeid)
        elif verdict == Verdict.INCONCLUSIVE:
            self._undecided.append((report.nodeid, found["reason"]))
        elif Verdict(verdict).leaks:
            cause = found["cause"] or report.nodeid
            self._leaks.setdefault(cause, []).append((report.nodeid, found))
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
        if self._undecided or self._reasons or self._leaks:
            terminalreporter.write_sep("=", "leakcheck")
        for line in leaks_by_cause(self._leaks):
            terminalreporter.write_line(line)
        for nodeid, reason in self._undecided:
            told = reason.replace("a longer max time", "a longer --leakcheck-max-time")
            terminalreporter.write_line(f"INCONCLUSIVE {nodeid}: {told}")
        verbose = terminalreporter.config.get_verbosity() > 0
        for reason, nodeids in sorted(self._reasons.items(), key=lambda one: -len(one[1])):
            if len(nodeids) == 1:
                terminalreporter.write_line(f"NOT MEASURED {nodeids[0]}: {reason}")
                continue
            hint = "" if verbose else " (-v names them)"
            terminalreporter.write_line(f"NOT MEASURED {len(nodeids)} tests: {reason}{hint}")
            for nodeid in nodeids if verbose else ():
                terminalreporter.write_line(f"  {nodeid}")
        terminalreporter.write_line(self._line())

    def _line(self) -> str:
        if self._nothing:
            return "leakcheck: nothing was measured; see the reasons above"
        parts = []
        answers = [answer for found in self._leaks.values() for _, answer in found]
        known = sum(is_known(answer) for answer in answers)
        if len(answers) > known:
            parts.append(f"{len(answers) - known} leaking")
        if known:
            parts.append(f"{known} with a known leak of the interpreter (not failed)")
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


def is_known(answer: dict[str, Any]) -> bool:
    """The leak is a known one of the interpreter, which fails no test."""
    return bool((answer["whose"] or {}).get("known"))


def leaks_by_cause(leaks: dict[str, list[tuple[str, dict[str, Any]]]]) -> Iterator[str]:
    """What leaks, said once for all tests that share it, most tests first.

    Args:
        leaks: by cause, node ids with their results in basic types, in the order of the run.
    """
    ranked = sorted(leaks.values(), key=lambda tests: (is_known(tests[0][1]), -len(tests)))
    for tests in ranked:
        first, answer = tests[0]
        number, what = f"{answer['rate']:.3g}", answer["metric"] or "blocks"
        rate = f"{number} {what.removesuffix('s') if number == '1' else what} a run"
        if len(tests) > 1:
            head = f"{len(tests)} tests, first {first}, {rate} there"
        else:
            head = f"{first}, {rate}"
        owner = answer["whose"]
        whose = in_words(Whose(**{**owner, "owner": Owner(owner["owner"])})) if owner else ""
        if is_known(answer):
            yield f"KNOWN {head}: {owner['known']}"
            continue
        yield f"{answer['verdict'].upper()} {head}: {whose}"
        held = next((one["path"] for one in answer["containers"] if one["path"]), "")
        growing = next((site for site in answer["sites"] if site["grows"]), None)
        if growing is not None:
            leaf = growing["frames"][-1]
            text = f"  {growing['statement']}" if growing.get("statement") else ""
            yield f"  allocated at {_short(leaf['file'])}:{leaf['line']}{text}"
        if answer["cache"] or held:
            how = (
                "retained by" if held.startswith("fixture ") and not answer["cache"] else "held by"
            )
            yield f"  {how} {answer['cache'] or held}"


def _short(file: str) -> str:
    frame = Frame(file, "", 1)
    return installed_path(frame) or os.path.relpath(file)


def _without_run(reason: str) -> str:
    """Reasons that differ in their run number alone are counted together."""
    head, found, tail = reason.partition(" (run ")
    number, closed, rest = tail.partition(")")
    return f"{head}{rest}" if found and closed and number.isdigit() else reason
