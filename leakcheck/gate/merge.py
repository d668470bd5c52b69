# SPDX-License-Identifier: MIT
"""Several sessions as one: shards of a suite, or one suite on several interpreters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from leakcheck.gate.baseline import by_fingerprint, united
from leakcheck.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leakcheck.gate.baseline import Entry
    from leakcheck.gate.session import Session, Tested

_WORST_STATUS: Final = (3, 4, 2, 1, 0, 5)
"""Exit statuses of pytest. A shard in which nothing was measured says nothing about the others."""
_WORST: Final = (
    Verdict.LEAK,
    Verdict.UNBOUNDED_CACHE,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_MEASURED,
    Verdict.CACHE,
    Verdict.CLEAN,
)


def merged(sessions: Sequence[Session], *, whole: bool = False) -> Session:
    """One session with each test once for each interpreter; of two results the worst wins.

    Args:
        sessions: at least one.
        whole: together they ran all tests there are.
    """
    kinds = {(one.implementation, one.python, one.platform) for one in sessions}
    tests: dict[tuple[str, str], Tested] = {}
    known: dict[str, Entry] = {}
    sources: dict[str, dict[int, str]] = {}
    for session in sessions:
        for one in session.tests:
            test = one
            if len(kinds) > 1:
                where = f"{session.implementation} {session.python} on {session.platform}"
                test = replace(one, worker=f"{where} {one.worker}".rstrip())
            key = (test.nodeid, test.worker)
            before = tests.get(key)
            tests[key] = test if before is None or _badness(test) > _badness(before) else before
        for name, entry in by_fingerprint(session.known).items():
            known[name] = united(known[name], entry) if name in known else entry
        for file, lines in session.sources.items():
            sources.setdefault(file, {}).update(lines)
    statuses = {one.status for one in sessions}
    first = sessions[0]
    return replace(
        first,
        python=", ".join(sorted({one.python for one in sessions})),
        platform=", ".join(sorted({one.platform for one in sessions})),
        implementation=", ".join(sorted({one.implementation for one in sessions})),
        day=max(one.day for one in sessions),
        rate=max(one.rate for one in sessions),
        strict=any(one.strict for one in sessions),
        whole=whole or all(one.whole for one in sessions),
        status=min(statuses, key=_status_order),
        shards=sum(one.shards for one in sessions),
        tests=tuple(tests.values()),
        known=tuple(known[name] for name in sorted(known)),
        ignored=tuple(dict.fromkeys(line for one in sessions for line in one.ignored)),
        sources=sources,
    )


def _status_order(status: int) -> int:
    return _WORST_STATUS.index(status) if status in _WORST_STATUS else -1


def _badness(one: Tested) -> tuple[int, float]:
    """Larger for what has to be looked at first."""
    if one.result is None:
        return (0, 0.0)
    fails = len(_WORST) * (one.standing is not None and one.standing.fails)
    return (len(_WORST) - _WORST.index(one.result.verdict) + fails, one.result.rate)
