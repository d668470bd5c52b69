# SPDX-License-Identifier: MIT
"""Runs a passed test again and again, each time set up and torn down, and has it judged.

The loop is nested in the call phase of the test's own run. Order of things:

    own run passed -> tear down -> [ set up, run, tear down, forget ] x N -> pytest goes on

pytest then finds nothing of the item to tear down. Where somebody else looks at the item after its
body, it is set up once more.
"""

from __future__ import annotations

import functools
import itertools
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from leakcheck.errors import BlindError
from leakcheck.measure.counting import names_in
from leakcheck.measure.inputs import kept_chance
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Result, Verdict
from leakcheck.pytest_plugin._private import (
    Cycle,
    known_hooks,
    known_request_signature,
)
from leakcheck.pytest_plugin._private_control import empty_beside
from leakcheck.pytest_plugin._private_doctest import (
    DoctestCycle,
    compiled_once,
    failed_example,
    in_its_file,
)
from leakcheck.pytest_plugin._private_fixtures import looks_back, wider_fixtures
from leakcheck.pytest_plugin._private_state import OWN_TEAR_DOWN, Kept
from leakcheck.pytest_plugin.neighbours import (
    TIMEOUT_SHARE,
    by_timeout,
    is_watched,
    same_examples,
    timeout_of,
    uses_hypothesis,
)
from leakcheck.pytest_plugin.obstacles import obstacle
from leakcheck.pytest_plugin.tracers import coverage_paused

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck.config import Settings
    from leakcheck.measure.protocol import Precedents
    from leakcheck.model import Phase
    from leakcheck.pytest_plugin._private_doctest import Repeatable

    Progress = Callable[[Phase, int, float], object]


class Unrepeatable(Exception):  # noqa: N818 - never leaves this module
    """A repeated run did not pass; the message says which and how."""


class TearDownFailed(Exception):  # noqa: N818 - says what happened
    """The own run's tear-down, which came early because of us, failed as it would have later.

    Attributes:
        error: what the test's fixtures raised.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


class Control:
    """The empty test, measured once in a session through the loop that repeats the real ones.

    Attributes:
        fault: why nothing that is measured can be trusted; empty when it can, or is not known.
    """

    def __init__(self) -> None:
        self.fault = ""
        self._done = False

    def passed(self, result: Result, item: Repeatable, kept: Kept, settings: Settings) -> Result:
        """The result, of which a leak is believed only where the loop by itself keeps nothing.

        Args:
            result: what was found of the test.
            item: the test, which is not set up now.
            kept: of this test.
            settings: as hard as the test was looked at.

        Raises:
            BlindError: it does; the message says so.
        """
        if result.verdict.leaks and not self._done:
            self._done = True
            run = _repeat(Cycle(empty_beside(item), keep_instance=True), kept)
            grown = check_callable(run, replace(settings, iterations=None))
            if grown.verdict.leaks:
                self.fault = (
                    f"leakcheck's own loop leaks here: an empty test grows by {grown.rate:.3g} "
                    f"{grown.units[1]} a run, so no verdict could be trusted; look for "
                    "a plugin that keeps something of each run, or report it as a bug of ours"
                )
        if self.fault:
            raise BlindError(self.fault)
        return result


def not_measured(reason: str) -> Result:
    """A result for a test that cannot be judged."""
    return Result(verdict=Verdict.NOT_MEASURED, reason=reason)


def measure(  # noqa: PLR0913 - what the session knows, each by name
    item: Repeatable,
    settings: Settings,
    *,
    names: dict[str, Any],
    took: float,
    precedents: Precedents,
    control: Control,
    progress: Progress | None,
) -> Result:
    """Judge an item whose own run has just passed and is still set up.

    Args:
        item: torn down, with what that printed in its stash, when this returns or raises; set up
            again if somebody else looks at it.
        settings: how hard to look.
        names: those of a doctest before its own run.
        took: seconds of its own run.
        precedents: the session's memory of leaks.
        control: the session's empty test.
        progress: called between batches.

    Raises:
        TearDownFailed: its cause is what the test's own fixtures raised.
        BlindError: nothing can be measured any more.
        BaseException: Ctrl-C, pytest.exit or a timeout in a run, or `progress` raised.
    """
    why = obstacle(item)
    if why:
        return not_measured(why)
    limit = timeout_of(item)
    if limit is not None:
        settings = replace(settings, max_time=min(settings.max_time, limit * TIMEOUT_SHARE))
    if took > settings.max_time:
        return not_measured(
            f"one run takes longer than the max time of {settings.max_time:g} s; "
            "raise --leakcheck-max-time"
        )
    cycle = (
        DoctestCycle(item, names)
        if isinstance(item, pytest.DoctestItem)
        else Cycle(item, keep_instance=uses_hypothesis(item))
    )
    kept = Kept(item)
    try:
        with kept.own_tear_down():
            cycle.down()
    except BaseException as error:
        cycle.blank()
        if _goes_on(error):
            raise
        raise TearDownFailed(error) from error
    with (
        kept,
        known_request_signature(),
        known_hooks(item),
        compiled_once(item),
        coverage_paused(),
        same_examples(item),
        kept_chance(),
    ):
        interrupted = False
        cycle.settle_instance()
        try:
            found = check_callable(
                _repeat(cycle, kept),
                settings,
                progress=progress,
                precedents=precedents,
                roots=functools.partial(wider_fixtures, item),
                bare=_bare(cycle, kept),
                names=names_in(getattr(item, "module", None)),
            )
            return in_its_file(control.passed(found, item, kept, settings), item)
        except Unrepeatable as stopped:
            return not_measured(str(stopped))
        except BaseException as error:
            interrupted = _goes_on(error)
            raise
        finally:
            if not interrupted:
                _leave(item, cycle, kept)
            elif not cycle.is_up:  # No more of the test's code should run than pytest tears down.
                cycle.blank()


def _repeat(cycle: Cycle, kept: Kept, *, body: bool = True) -> Callable[[], None]:
    """One run: set up, run (unless without `body`), tear down, and forget what pytest kept."""
    tick = itertools.count(1)  # counts without an int that stays alive
    phase: list[str] = [""]

    def run() -> None:
        next(tick)
        try:
            # Its exit also renews the registries that show a warning once only.
            with warnings.catch_warnings(record=True):
                phase[0] = "setup"
                kept.phase("setup")
                cycle.up()
                phase[0] = "call"
                kept.phase("call")
                if body:
                    cycle.call()
                phase[0] = "teardown"
                kept.phase("teardown")
                cycle.down()
        except BaseException as error:
            if _goes_on(error):
                raise
            raise Unrepeatable(_sentence(next(tick) - 1, phase[0], error)) from None
        if kept.subtest_failed:
            raise Unrepeatable(f"fails when repeated (run {next(tick) - 1}): a subtest fails")
        kept.trim()

    return run


def _bare(cycle: Cycle, kept: Kept) -> Callable[[], bool]:
    """A run without its body; tells whether the fixtures can do without it."""
    run = _repeat(cycle, kept, body=False)

    def passes() -> bool:
        try:
            run()
        except Unrepeatable:
            _take_down(cycle)
            kept.trim()
            return False
        return True

    return passes


def _goes_on(error: BaseException) -> bool:
    """It is meant for the session; pytest fails a test for all else, SystemExit included."""
    return isinstance(error, (pytest.exit.Exception, KeyboardInterrupt)) or by_timeout(error)


def _sentence(run: int, phase: str, error: BaseException) -> str:
    how = "fails"
    if isinstance(error, pytest.skip.Exception):
        how = "skips itself"
    elif isinstance(error, pytest.xfail.Exception):
        how = "xfails"
    where = {"setup": " in its set-up", "teardown": " in its tear-down"}.get(phase, "")
    text = next(iter(str(error).strip().splitlines()), "")
    name = "" if how != "fails" else type(error).__name__
    what = failed_example(error) or ": ".join(part for part in (name, text) if part)
    return f"{how} when repeated{where} (run {run}): {what}"


def _take_down(cycle: Cycle) -> None:
    """Tear down what a run that failed half-way has left set up."""
    try:
        if cycle.is_up:
            cycle.down()
    except BaseException as error:
        if _goes_on(error):
            raise


def _leave(item: Repeatable, cycle: Cycle, kept: Kept) -> None:
    """Leave the item torn down; or set up for who looks at it, and run for a fixture that does."""
    _take_down(cycle)
    kept.release_temp()
    if not is_watched(item):
        cycle.blank()
        return
    del item.stash[OWN_TEAR_DOWN]
    try:
        with warnings.catch_warnings(record=True):
            cycle.up()
            if looks_back(item):
                cycle.call()
        cycle.rest()
    except BaseException as error:
        # A test that cannot be repeated keeps its own outcome; pytest tears down what is there.
        if _goes_on(error):
            raise
