# SPDX-License-Identifier: MIT
"""The leaks of a session, each once for all tests that show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakcheck.gate.session import Standing
from leakcheck.judge.leaking import leaking_sites
from leakcheck.judge.sites import is_harness, project_frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakcheck.gate.session import Session, Tested
    from leakcheck.model import Frame, Result

_PARAMETERS: Final = re.compile(r"\[.*\]$", re.DOTALL)
_ORDER: Final = tuple(Standing)


@dataclass(frozen=True, slots=True)
class Finding:
    """One leak.

    Attributes:
        key: its fingerprint; a name made from its test's id where it has none.
        standing: the worst among its tests.
        note: what is said of that standing.
        tests: those that show it, the one with the whole report first.
        rate: the largest among them.
        share: its part of the growth of all leaks of the session.
    """

    key: str
    standing: Standing
    note: str
    tests: tuple[Tested, ...]
    rate: float
    share: float

    @property
    def result(self) -> Result:
        """The whole report."""
        result = self.tests[0].result
        assert result is not None  # or it would not be a finding
        return result


def key_of(tested: Tested) -> str:
    """What names the leak of a test from one session to the next."""
    assert tested.result is not None
    return tested.result.fingerprint or f"LC-of {without_parameters(tested.nodeid)}"


def without_parameters(nodeid: str) -> str:
    """The id of a test function: parameters get other names without being other tests."""
    return _PARAMETERS.sub("", nodeid)


def findings(session: Session) -> tuple[Finding, ...]:
    """The leaks, those that fail first, then those with the largest share."""
    gathered: dict[str, list[Tested]] = {}
    for one in session.tests:
        if one.result is not None and one.result.verdict.leaks:
            gathered.setdefault(key_of(one), []).append(one)
    growth = {key: sum(map(_growth, tests)) for key, tests in gathered.items()}
    total = sum(growth.values()) or 1.0
    found = [_finding(key, tests, growth[key] / total) for key, tests in gathered.items()]
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.standing), -one.share, one.key)))


def place(result: Result, session: Session) -> Frame | None:
    """The line to point at: the project's innermost in the first growing site that has one."""
    root = Path(session.root)
    growing = [site for site in leaking_sites(result) if site.grows] or list(result.sites)
    own = (project_frame(site, root) for site in growing)
    found = next((frame for frame in own if frame is not None), None)
    leaves = (site.leaf for site in growing if site.leaf.file and not is_harness(site.leaf))
    return found or next(leaves, None)


def worst(standings: Iterable[Standing]) -> Standing:
    """The first in the order of `Standing`."""
    return min(standings, key=_ORDER.index)


def _growth(one: Tested) -> float:
    """Growth a run of one test, as far as it is this leak's."""
    assert one.result is not None
    held = next((held.share for held in one.result.containers if held.path), 1.0)
    return one.result.rate * held


def _finding(key: str, tests: list[Tested], share: float) -> Finding:
    standings = [one.standing or Standing.NEW for one in tests]
    standing = worst(standings)
    note = next(one.note for one, its in zip(tests, standings, strict=True) if its is standing)
    # The first test of a session with a leak has the whole report; the others refer to it.
    ranked = sorted(tests, key=lambda one: bool(one.result is not None and one.result.first_in))
    rate = max(one.result.rate for one in tests if one.result is not None)
    return Finding(key, standing, note, tuple(ranked), rate, share)
