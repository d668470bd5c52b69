# SPDX-License-Identifier: MIT
"""The self-check: known leaks, planted and measured, whose verdicts must come out.

A sampler that sees nothing would call every test clean. So before tests are judged, small bodies
whose verdicts are known go through the very same sampler: one leak per metric, one that leaks in
each tenth run only, and a bounded cache, which must not be called a leak. Each is judged by an
exact number of runs, so the same comes out every time.
"""

from __future__ import annotations

import _thread
import itertools
import mmap
import os
import sys
import time
from array import array
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakcheck.config import Settings
from leakcheck.errors import BlindError
from leakcheck.measure.able import ensure_able
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Metric, Phase, Verdict
from leakcheck.probes import linux
from leakcheck.probes.descriptors import descriptors
from leakcheck.probes.native import with_native
from leakcheck.probes.preload import ensure_listening

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck.model import Result

    Body = Callable[[], None]

CACHE_ENTRIES: Final = 8
DESCRIPTOR_RUNS: Final = 16
ROOM: Final = 64
"""Descriptors, of which each run of such a check takes one, warm-up included."""
SEEN_SHARE: Final = 0.5
"""Part of what is planted that the counters must take on: what other threads and late finalisers
free meanwhile is in them too."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One body with a known verdict.

    Attributes:
        name: what is planted, in words.
        plant: makes a fresh body; the last line of its code is the planted line.
        settings: how it is judged.
        metric: that in which it leaks, run by run; None where it need not be seen in one.
        leaks: it must be called a leak; otherwise it must be clean.
        lined: it takes a block for what it keeps, so the planted line must be named.
    """

    name: str
    plant: Callable[[], Body]
    settings: Settings
    metric: Metric | None = None
    leaks: bool = True
    lined: bool = True


@dataclass(frozen=True, slots=True)
class Sighting:
    """What became of one canary.

    Attributes:
        name: what was planted.
        verdict: what it was called; None when the check could not even be made.
        fault: empty, or what is wrong with that.
        seconds: wall time of the check.
    """

    name: str
    verdict: Verdict | None
    fault: str
    seconds: float


def _live_block() -> Body:
    kept: list[object] = []

    def plant() -> None:
        kept.append(bytearray(64))

    return plant


def _raw_block() -> Body:
    kept: list[object] = []

    def plant() -> None:
        kept.append(_thread.allocate_lock())

    return plant


def _gc_object() -> Body:
    kept: list[object] = []

    def plant() -> None:
        kept.append([])

    return plant


def _reference() -> Body:
    kept: list[object] = []

    def plant() -> None:
        kept.append(None)

    return plant


def _native_block() -> Body:
    kept: list[object] = []

    def plant() -> None:
        kept.append(mmap.mmap(-1, mmap.PAGESIZE))

    return plant


def _each_tenth_run() -> Body:
    kept: list[object] = []
    turn = itertools.count(1)

    def plant() -> None:
        if next(turn) % 10 == 0:
            kept.append(bytearray(64))

    return plant


class _Numbers:
    """Descriptors that are closed when nobody refers to this any more.

    Their numbers lie in one array, so that they are no memory that grows.
    """

    def __init__(self) -> None:
        self._open = array("i", [-1]) * ROOM
        self._turn = itertools.count()

    def open(self) -> None:
        """Open one more."""
        self._open[next(self._turn)] = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        """Close all."""
        for number in self._open:
            if number >= 0:
                os.close(number)


def _descriptor() -> Body:
    kept = _Numbers()

    def plant() -> None:
        kept.open()

    return plant


def _bounded_cache() -> Body:
    entries: deque[object] = deque(maxlen=CACHE_ENTRIES)

    def plant() -> None:
        entries.append(bytearray(64))

    return plant


# Judged as tests are: by the counters first, then with lines. The time never runs out.
_EVERY_RUN: Final = Settings(rate=1.0, max_time=600.0)
_TENTH: Final = Settings(rate=0.1, max_time=600.0)
_RAW: Final = (Canary("raw-domain block", _raw_block, _EVERY_RUN, Metric.RAW),)

CANARIES: Final = (
    Canary("live block", _live_block, _EVERY_RUN, Metric.BLOCKS),
    # Since CPython 3.14 a lock is part of its object.
    *(_RAW if sys.version_info < (3, 14) else ()),
    Canary("gc object", _gc_object, _EVERY_RUN, Metric.OBJECTS),
    Canary("reference", _reference, _EVERY_RUN, Metric.REFERENCES, lined=False),
    Canary("leak of 1 in 10 runs", _each_tenth_run, _TENTH),
    Canary("bounded cache", _bounded_cache, _EVERY_RUN, leaks=False),
)


def probed() -> tuple[Canary, ...]:
    """What is planted too where probes are asked for, on systems that count descriptors."""
    if not linux.there():
        return ()
    few = Settings(rate=1.0, iterations=DESCRIPTOR_RUNS, probes=(descriptors(),))
    return (Canary("descriptor", _descriptor, few, Metric.PROBE, lined=False),)


def native_canary() -> Canary:
    """What is planted where native memory is to be heard."""
    return Canary("native block", _native_block, with_native(_EVERY_RUN), Metric.PROBE)


def watch(canary: Canary) -> Sighting:
    """Plant one canary, measure it, and say whether the right thing was seen.

    Raises:
        BlindError: nothing can be measured here.
    """
    body = canary.plant()
    began = time.perf_counter()
    result = check_callable(body, canary.settings, explain=False)
    fault = _fault(canary, body, result)
    return Sighting(canary.name, result.verdict, fault, time.perf_counter() - began)


def _fault(canary: Canary, body: Body, result: Result) -> str:
    """Empty, or what is wrong with the result."""
    if canary.metric is Metric.REFERENCES and not _counts(canary.metric, result):
        return ""  # Too many objects in this process, as each result says.
    wanted = Verdict.LEAK if canary.leaks else Verdict.CLEAN
    if result.verdict is not wanted:
        unseen = f", {result.dropped} allocations were not seen" if result.dropped else ""
        return f"a planted {canary.name} is judged {result.verdict} instead of {wanted}{unseen}"
    if canary.metric is not None and not _seen_in(canary.metric, result):
        return f"a planted {canary.name} is not seen in the count of {canary.metric}"
    code = body.__code__
    line = max(line for _, _, line in code.co_lines() if line is not None)
    at_it = any(s.grows and (s.file, s.line) == (code.co_filename, line) for s in result.sites)
    if canary.leaks and canary.lined and not at_it:
        return f"a planted {canary.name} is found, but not at its line"
    return ""


def _counts(metric: Metric | None, result: Result) -> list[tuple[int, int]]:
    """Runs and count of each reading that was taken before anything was traced."""
    counts = []
    for reading in result.readings:
        count = {
            Metric.BLOCKS: reading.blocks,
            Metric.RAW: reading.raw,
            Metric.OBJECTS: reading.objects,
            Metric.REFERENCES: reading.references,
            Metric.COUNTS: reading.counts,
            Metric.PROBE: reading.probes[0] if reading.probes else None,
            None: None,
        }[metric]
        if reading.phase is not Phase.TRACE and count is not None:
            counts.append((reading.runs, count))
    return counts


def _seen_in(metric: Metric, result: Result) -> bool:
    """The counters, before anything was traced, grew with the runs, where they were read."""
    counts = _counts(metric, result)
    if not counts:
        return metric.wide and (metric is not Metric.PROBE or bool(result.probe))
    (first_runs, first), (last_runs, last) = counts[0], counts[-1]
    return last_runs > first_runs and last - first >= SEEN_SHARE * (last_runs - first_runs)


def ensure_seeing(*, probes: bool = False, native: bool = False) -> None:
    """Return when every canary gets its verdict here and now.

    Args:
        probes: with what is planted for probes.
        native: native memory is to be heard too.

    Raises:
        BlindError: with one sentence: what is in the way or was not seen, and what to do.
    """
    if native:
        ensure_listening()
    ensure_able()
    further = (*(probed() if probes else ()), *([native_canary()] if native else ()))
    for canary in (*CANARIES, *further):
        fault = watch(canary).fault
        if fault:
            raise BlindError(
                f"leakcheck's self-check failed, so nothing it says here could be trusted: {fault}; "
                "`python -m leakcheck doctor` shows more; run without other tools that hook "
                "Python's allocators or replace functions of gc and sys"
            )
