# SPDX-License-Identifier: MIT
"""The fixed words of a result: what a check can say, count, blame and be busy with."""

from __future__ import annotations

import enum


class Verdict(enum.StrEnum):
    """What a check can say. LEAK and UNBOUNDED_CACHE fail a test by default.

    CACHE and UNBOUNDED_CACHE are said only after an intervention: the cache was emptied and the
    growth was gone.
    """

    CLEAN = "clean"
    LEAK = "leak"
    UNBOUNDED_CACHE = "unbounded cache"
    CACHE = "cache"
    INCONCLUSIVE = "inconclusive"
    NOT_MEASURED = "not measured"

    @property
    def leaks(self) -> bool:
        """Memory grows without a limit."""
        return self in (Verdict.LEAK, Verdict.UNBOUNDED_CACHE)


class Metric(enum.StrEnum):
    """What is counted; each is judged apart, and a leak in any of them is a leak.

    The order is that of `csrc/core/growth_terms.h`. PROBE is what a probe counts outside of the
    Python heap; which probe, the result says.
    """

    BLOCKS = "blocks"
    RAW = "raw blocks"
    OBJECTS = "gc objects"
    REFERENCES = "references"
    COUNTS = "reference counts"
    PROBE = "probe"

    @property
    def wide(self) -> bool:
        """Counted only now and then.

        Objects and references are counted by a pass over the heap, not in a process with more than
        a million objects.
        """
        return self not in (Metric.BLOCKS, Metric.RAW)


class Owner(enum.StrEnum):
    """Whose a leak is."""

    PROJECT = "project"
    TEST = "test"
    FIXTURE = "fixture"
    DEPENDENCY = "dependency"
    STDLIB = "standard library"
    INTERPRETER = "interpreter"
    HARNESS = "harness"
    UNKNOWN = "unknown"


class Phase(enum.StrEnum):
    """Where in the check a reading was taken."""

    WARMUP = "warm-up"
    SCREEN = "screen"
    TRACE = "trace"
