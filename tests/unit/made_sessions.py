# SPDX-License-Identifier: MIT
"""Sessions made by hand, for tests of what reads them."""

from __future__ import annotations

from leakcheck.gate.session import Outcome, Session, Standing, Tested
from leakcheck.model import (
    Container,
    Frame,
    Metric,
    Opened,
    Owner,
    Phase,
    Probed,
    Reading,
    Result,
    Site,
    Verdict,
    Whose,
)

MARKS = (0, 16, 48, 112)
BUS = "    handlers.append(Callback(fn))"


def grown(frames, series, *, each=64, rate=1.0):
    """A site that follows the runs exactly."""
    return Site(
        frames=tuple(frames),
        truncated=False,
        blocks=series[-1],
        bytes=each * series[-1],
        series=tuple(series),
        grows=True,
        exact=True,
        rate=rate,
    )


def leak(fingerprint="LC-00000000aa", *, rate=2.0, file="app/bus.py", line=41, **more):
    """A leak whose line is in `file`, from the root."""
    frames = (
        Frame("tests/test_bus.py", "test_publish", 7, 7, 4, 20),
        Frame(file, "subscribe", line, line, 4, 33),
    )
    series = tuple(int(rate * mark) for mark in MARKS)
    site = grown(frames, series, rate=rate)
    values = {
        "reason": "blocks grew in each of 4 windows",
        "rate": rate,
        "exact": True,
        "judged": 112,
        "runs": 130,
        "readings": (Reading(Phase.SCREEN, 13, 1000, 10, 5, None),),
        "marks": MARKS,
        "sites": (site,),
        "seconds": 0.5,
        "seed": 1,
        "metric": Metric.BLOCKS,
        "containers": (
            Container("list", "app.bus.BUS.handlers", "app.bus", 100, 116, None, 16, share=1.0),
        ),
        "whose": Whose(Owner.PROJECT, file),
        "cause": "held by app.bus.BUS.handlers",
        "fingerprint": fingerprint,
    }
    return Result(Verdict.LEAK, **values | more)


def opening(fingerprint="LC-00000000dd", *, file="app/bus.py", line=41, **more):
    """A leak of descriptors, opened by a line in `file`."""
    frames = (Frame("tests/test_bus.py", "test_publish", 7), Frame(file, "subscribe", line))
    values = {
        "metric": Metric.PROBE,
        "probe": "descriptors",
        "probes": (Probed("descriptors", "descriptor", "descriptors"),),
        "opened": (Opened("descriptors", 32, 16, frames, ("/srv/a", "pipe:[1]")),),
        "sites": (),
        "containers": (),
    }
    return leak(fingerprint, **values | more)


def clean(**more):
    return Result(Verdict.CLEAN, "nothing grew", **{"bound": 0.3, "judged": 10} | more)


def other(verdict, reason="for a reason"):
    return Result(verdict, reason)


def case(nodeid, result=None, **more):
    """One test; a leak fails unless its standing says otherwise."""
    leaks = result is not None and result.verdict.leaks
    standing = more.get("standing", Standing.NEW if leaks else None)
    values = {
        "outcome": Outcome.FAILED if standing and standing.fails else Outcome.PASSED,
        "file": nodeid.partition("::")[0],
        "line": 6,
        "worker": "",
        "standing": standing,
        "by_marker": False,
        "note": "",
        "why": "" if result is not None else "no check was asked for",
        "result": result,
    }
    return Tested(nodeid, **values | more)


def session(*tests, **more):
    values = {
        "leakcheck": "1.2.3",
        "python": "3.13.0",
        "implementation": "CPython",
        "platform": "Linux-6.1-x86_64",
        "day": "2026-11-25",
        "root": "/project",
        "options": ("--leakcheck",),
        "rate": 0.3,
        "max_time": 10.0,
        "iterations": None,
        "seed": 1,
        "strict": False,
        "whole": True,
        "status": 0,
        "sources": {"app/bus.py": {40: "def subscribe(fn):", 41: BUS, 42: ""}},
    }
    return Session(tests=tests, **values | more)
