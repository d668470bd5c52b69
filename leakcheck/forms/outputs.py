# SPDX-License-Identifier: MIT
"""A session as name=value lines: what a step of a CI hands to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakcheck.gate.outcome import gate
from leakcheck.gate.session import Outcome, Standing

if TYPE_CHECKING:
    from leakcheck.gate.session import Session


def outputs(session: Session) -> str:
    """Numbers alone, so that nothing a test is named can begin another line."""
    found = gate(session)
    failures = sum(
        one.outcome is Outcome.ERROR
        or (one.outcome is Outcome.FAILED and not (one.standing and one.standing.fails))
        for one in session.tests
    )
    numbers = {
        "leaks": len(found.failing) + len(found.known),
        "new-leaks": sum(one.standing is Standing.NEW for one in found.failing),
        "failing-leaks": len(found.failing),
        "known-leaks": len(found.known),
        "fixed-leaks": len(found.gone),
        "other-failures": failures,
        "measured": sum(one.result is not None for one in session.tests),
        "status": session.status,
    }
    return "".join(f"{name}={number}\n" for name, number in numbers.items())
