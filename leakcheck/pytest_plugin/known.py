# SPDX-License-Identifier: MIT
"""What a session knows of leaks: the baseline, the ini file's rules, a test's own marker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from leakcheck.errors import UsageError
from leakcheck.gate.baseline import NAME, by_fingerprint, load
from leakcheck.gate.day import today
from leakcheck.gate.ignored import read_ignored
from leakcheck.gate.session import Outcome, Standing, Tested, from_root
from leakcheck.gate.standing import Rules, standing
from leakcheck.model import Verdict

if TYPE_CHECKING:
    from leakcheck.model import Result
    from leakcheck.pytest_plugin.select import Choice


@dataclass(frozen=True, slots=True)
class Stand:
    """How one test's leak stands.

    Attributes:
        standing: None where nothing leaks.
        note: what to say of it.
        by_marker: the test's own marker says so.
        gone: the fingerprint that the marker names, when its leak is gone; empty otherwise.
    """

    standing: Standing | None
    note: str = ""
    by_marker: bool = False
    gone: str = ""

    @property
    def fails(self) -> bool:
        """The leak fails its test."""
        return self.standing is not None and self.standing.fails

    def as_basic_types(self) -> list[Any]:
        """For a report, which may travel to another process."""
        return [None if self.standing is None else str(self.standing), self.note, self.by_marker]


def read_rules(config: pytest.Config) -> Rules:
    """What is known.

    Raises:
        pytest.UsageError: the baseline or a rule can't be read.
    """
    given = config.getoption("leakcheck_baseline") or config.getini("leakcheck_baseline")
    path = config.rootpath / NAME
    if given:
        there = config.getoption("leakcheck_baseline") is not None
        path = (config.invocation_params.dir if there else config.rootpath) / given
    try:
        entries = load(path) if given or path.exists() else ()
        rules = read_ignored(config.getini("leakcheck_ignore"))
    except UsageError as error:
        raise pytest.UsageError(f"leakcheck: {error}") from None
    return Rules(by_fingerprint(entries), rules, today())


def stand(item: pytest.Item, result: Result, choice: Choice, rules: Rules) -> Stand:
    """How a test's result stands; its own marker before all else."""
    if not result.verdict.leaks:
        decided = result.verdict in (Verdict.CLEAN, Verdict.CACHE)
        return Stand(None, gone=choice.known if decided else "")
    if choice.known and choice.known == result.fingerprint:
        return Stand(Standing.KNOWN, choice.reason, by_marker=True)
    here = from_root(result, item.config.rootpath)
    tested = Tested(
        nodeid=item.nodeid,
        outcome=Outcome.PASSED,
        file="",
        line=0,
        worker="",
        standing=None,
        by_marker=False,
        note="",
        why="",
        result=here,
    )
    stands, note = standing(tested, rules)
    return Stand(stands, note)
