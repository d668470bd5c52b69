# SPDX-License-Identifier: MIT
"""The hooks of a process that runs tests: each checked test is measured in its call phase."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import pytest

from leakcheck.api import identified, managed
from leakcheck.canaries import ensure_seeing
from leakcheck.errors import BlindError
from leakcheck.judge.sites import telling
from leakcheck.measure.bystanders import Bystanders
from leakcheck.measure.clock import now
from leakcheck.measure.protocol import Precedents
from leakcheck.model import Verdict
from leakcheck.pytest_plugin._private import missing, unittest_trouble
from leakcheck.pytest_plugin._private_doctest import Repeatable, fresh_names
from leakcheck.pytest_plugin._private_records import of_report, of_session
from leakcheck.pytest_plugin._private_state import OWN_TEAR_DOWN
from leakcheck.pytest_plugin.fresh import Fresh, leave_result
from leakcheck.pytest_plugin.known import stand
from leakcheck.pytest_plugin.native import HEARD
from leakcheck.pytest_plugin.neighbours import TIMEOUT_SHARE, not_again, timeout_of
from leakcheck.pytest_plugin.outcome import (
    LeakDetected,
    as_basic_types,
    finding,
    judged,
    properties,
)
from leakcheck.pytest_plugin.progress import ProgressLine
from leakcheck.pytest_plugin.rerun import Control, TearDownFailed, measure, not_measured
from leakcheck.pytest_plugin.select import choose

if TYPE_CHECKING:
    from collections.abc import Generator

    from leakcheck.gate.standing import Rules
    from leakcheck.model import Result
    from leakcheck.pytest_plugin.select import Choice, Wishes

RESULT: Final = pytest.StashKey[dict[str, Any]]()
STANDING: Final = pytest.StashKey[list[Any]]()
OWED: Final = pytest.StashKey[BaseException]()
BLIND: Final = "leakcheck_blind"
"""The key under which a pytest-xdist worker tells its controller that it sees nothing."""


class Checks:
    """Registered when there is something to check, in every process that runs tests.

    Args:
        config: of the session.
        wishes: what its options ask for.
        rules: what is known of leaks.
        blind: empty, or why a pytest-xdist worker failed its self-check; none of its tests runs.
    """

    def __init__(
        self, config: pytest.Config, wishes: Wishes, rules: Rules, blind: str = ""
    ) -> None:
        self._config = config
        self._wishes = wishes
        self._rules = rules
        self._blind = blind
        # With the option the self-check was made when the session began.
        self._checked = wishes.enabled and not wishes.off
        self._probed = self._checked and bool(wishes.settings.probes)
        self._choices: dict[pytest.Item, Choice] = {}
        self._wrong: dict[pytest.Item, str] = {}
        self._precedents = Precedents(telling, functools.partial(identified, root=config.rootpath))
        self._control = Control()
        self._causes: dict[str, str] = {}
        self._fresh = Fresh() if wishes.confirm else None
        self._running: pytest.Item | None = None
        self._subtest_failed = False
        self._names: dict[str, Any] = {}
        self._bystanders: Bystanders | None = None

    @staticmethod
    def refuse_unless_fit() -> None:
        """Make sure that this pytest has all that repeating a test needs.

        Raises:
            pytest.UsageError: it has not; the message names what is gone.
        """
        gone = missing()
        if gone:
            raise pytest.UsageError(
                f"leakcheck can't repeat tests under pytest {pytest.__version__}: it has no "
                f"{gone}; install a pytest from 8.3 to 9.2 or a newer pytest-leakcheck"
            )

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Decide once for each test, so that a wrong marker stops the session at its start."""
        for item in items:
            try:
                choice = choose(item, self._wishes)
            except pytest.UsageError as error:
                if not hasattr(self._config, "workerinput"):
                    raise
                # A pytest-xdist worker that ends here would take its sentence with it.
                self._wrong[item] = str(error)
                continue
            if choice is not None:
                self._choices[item] = choice

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Decorated tests leave the measuring to us."""
        token = managed.set(True)
        try:
            return (yield)
        finally:
            managed.reset(token)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A test that asks for what can't be done fails with the sentence that says so."""
        wrong = self._blind or self._wrong.get(item)
        if wrong:
            pytest.fail(wrong, pytrace=False)
        self._names = fresh_names(item) if item in self._choices else {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """A pytest-xdist worker counts native memory where we do, or is blind."""
        node.workerinput[HEARD] = self._wishes.native

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A pytest-xdist worker has ended."""
        self._blind = self._blind or getattr(node, "workeroutput", {}).get(BLIND, "")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A blind worker ends the session with the status of a blind session."""
        if not self._blind:
            return
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[BLIND] = self._blind
        session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def _ensure_seeing(self, *, probes: bool) -> None:
        """The self-check before the first test that asks for a check, or for probes, by itself."""
        if not self._checked or (probes and not self._probed):
            ensure_seeing(probes=probes, native=self._wishes.native)
            self._checked, self._probed = True, probes

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A subtest's failure is logged while its test still looks as if it passed."""
        if self._bystanders is not None:
            self._bystanders.more(of_report(report))
        if self._running is not None and report.when == "call" and report.failed:
            self._subtest_failed = True

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """The test's own outcome first; only what passes is measured."""
        choice = self._choices.get(item)
        if choice is None:
            return (yield)
        self._subtest_failed = False
        self._running = item
        began = now()
        try:
            outcome = yield
        finally:
            self._running = None
        if self._subtest_failed or unittest_trouble(item) is not None:
            return outcome
        result = self._check(item, choice, now() - began)
        result = judged(result, item, self._causes)
        stands = stand(item, result, choice, self._rules)
        if self._fresh is not None and stands.fails:
            result = self._confirmed(self._fresh, item, result, choice, now() - began)
            stands = stand(item, result, choice, self._rules)
        item.stash[RESULT] = as_basic_types(result)
        item.stash[STANDING] = stands.as_basic_types()
        if stands.gone:
            pytest.fail(
                f"the known leak {stands.gone} is gone: this test is {result.verdict}; take known= "
                "out of its marker",
                pytrace=False,
            )
        if stands.fails or (choice.strict and result.verdict is Verdict.INCONCLUSIVE):
            raise LeakDetected(item, result, choice, stands)
        return outcome

    def _check(self, item: pytest.Item, choice: Choice, took: float) -> Result:
        if self._wishes.off:
            return not_measured(f"measuring is off because {self._wishes.off}")
        if self._control.fault:
            return not_measured(self._control.fault)
        if not isinstance(item, Repeatable):
            return not_measured(
                "only test functions, methods and doctests can be repeated, "
                f"not a {type(item).__name__}"
            )
        progress = None
        if ProgressLine.wanted(self._config):
            progress = ProgressLine(self._config, item.nodeid, choice.settings.max_time)
        try:
            self._ensure_seeing(probes=bool(choice.settings.probes))
            if self._bystanders is None:
                self._bystanders = Bystanders(functools.partial(of_session, item.session))
            self._bystanders.refresh()
            return measure(
                item,
                choice.settings,
                names=self._names,
                took=took,
                precedents=self._precedents,
                control=self._control,
                progress=progress,
            )
        except TearDownFailed as failed:
            item.stash[OWED] = failed.error
            return not_measured("its own tear-down fails")
        except BlindError as error:
            if choice.marked and not self._wishes.enabled:
                pytest.fail(str(error), pytrace=False)
            return not_measured(str(error))
        finally:
            if progress is not None:
                progress.clear()

    def _confirmed(
        self, fresh: Fresh, item: pytest.Item, result: Result, choice: Choice, took: float
    ) -> Result:
        """The leak, unless a fresh process does not see it."""
        limit = timeout_of(item)
        left = None if limit is None else (1 + TIMEOUT_SHARE) / 2 * limit - took
        confirmed = fresh.confirmed(item, result, choice, left)
        if not confirmed.fails and self._causes.get(result.cause) == item.nodeid:
            del self._causes[result.cause]  # Another test may be the first to show it.
        return confirmed

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Bring what the test's fixtures printed and raised when we tore them down early."""
        if OWN_TEAR_DOWN in item.stash:
            for stream, text in item.stash[OWN_TEAR_DOWN]:
                item.add_report_section("teardown", stream, text)
            del item.stash[OWN_TEAR_DOWN]
        outcome = yield
        owed = item.stash.get(OWED, None)
        if owed is not None:
            del item.stash[OWED]
            raise owed
        return outcome

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the result, in basic types, so that it reaches xdist's controller too."""
        report = yield
        if call.when == "call" and self._running is None and RESULT in item.stash:
            report.leakcheck = item.stash[RESULT]  # type: ignore[attr-defined]
            if STANDING in item.stash:
                report.leakcheck_standing = item.stash[STANDING]  # type: ignore[attr-defined]
            leave_result(self._config, item.stash[RESULT])
            # JUnit reports and others write these down, with the report of the tear-down.
            item.user_properties.extend(properties(item.stash[RESULT]))
            del item.stash[RESULT]
            failure = call.excinfo.value if call.excinfo is not None else None
            if isinstance(failure, LeakDetected) and report.failed:
                not_again(item)
                report.longrepr = finding(item, failure)
                report.leakcheck_crash = report.longrepr.crash  # type: ignore[attr-defined]
        return report
