# SPDX-License-Identifier: MIT
"""The last lines of a report: how sure it is, what it goes by, how to see it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.model import Result
    from leakcheck.report.places import Painter

_SEEN: Final = 3


def certificate(painter: Painter, result: Result) -> Iterator[str]:
    """Why this verdict, and what else could explain the numbers but does not."""
    reason = painter.line(result.reason, 400).rstrip(". ")
    if reason:
        yield f"  why        {reason}"
    if result.judged:
        # With less than a block a run, an entry may stand for several blocks.
        if result.exact and result.rate >= 1:
            bounded = f"a bounded structure of fewer than {result.judged:,} entries"
        else:
            bounded = f"a bounded structure that is full within {result.judged:,} runs"
        yield f"  ruled out  {bounded}"
    if result.emptied:
        names = ", ".join(result.emptied[:_SEEN])
        more = f" and {rest} more" if (rest := len(result.emptied) - _SEEN) > 0 else ""
        what = "1 cache" if len(result.emptied) == 1 else f"{len(result.emptied)} caches"
        yield f"             emptying {what} did not help: {painter.line(names + more)}"


def dropped(result: Result) -> Iterator[str]:
    """What was not recorded."""
    if result.dropped:
        times = "1 allocation" if result.dropped == 1 else f"{result.dropped:,} allocations"
        yield f"  blind      the tracer could not record {times}"


def fingerprint(result: Result) -> Iterator[str]:
    """What this leak is known by in every session."""
    if result.fingerprint:
        yield f"  fingerprint {result.fingerprint}"


def reproduce(painter: Painter, command: str) -> Iterator[str]:
    """The command that repeats the check, where there is one."""
    if command:
        yield f"  reproduce  {painter.line(command, 1000)}"
