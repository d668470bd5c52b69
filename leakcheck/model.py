# SPDX-License-Identifier: MIT
"""What passes between leakcheck's parts: frozen records, no behaviour beyond arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from leakcheck.evidence import Frame, NativeFrame, Opened, Probed, Reading, Site
from leakcheck.terms import Metric, Owner, Phase, Verdict

__all__ = [
    "Container",
    "Count",
    "Frame",
    "Holding",
    "Metric",
    "NativeFrame",
    "Opened",
    "Owner",
    "Phase",
    "Probed",
    "Reading",
    "Result",
    "Site",
    "Survivor",
    "Verdict",
    "Whose",
]


@dataclass(frozen=True, slots=True)
class Container:
    """A container that took on entries in proportion to the runs.

    Attributes:
        type: qualified name of its type.
        path: how the program reaches it, written as Python where that can be said, such as
            `click._compat._cache.data`; empty when no path was found.
        module: the module that the path starts from; empty likewise.
        before, after: entries at the baseline of the trace and at its end.
        frame: where it was last resized during the trace; None when that was not seen.
        runs: runs between the two counts; 0 where that is not known.
        key: the part of the path that is the same for all closures that one function makes,
            beginning with the name of what it made; empty where no such closure is on the way.
        share: part of all objects that stayed which is this container's; what several growing
            containers reach is split evenly between them.
    """

    type: str
    path: str
    module: str
    before: int
    after: int
    frame: Frame | None = None
    runs: int = 0
    key: str = ""
    share: float = 1.0

    @property
    def rate(self) -> float | None:
        """Entries a run; None where the runs are not known."""
        return (self.after - self.before) / self.runs if self.runs else None


@dataclass(frozen=True, slots=True)
class Count:
    """An object that exists already and is referred to more often after each run.

    Attributes:
        type: qualified name of its type.
        path: a name that a module has for it; empty where none has.
        module: that module.
        before, after: its reference count at the beginning and at the end of a recount.
        runs: runs of the recount.
        frame: the line that leaves the count higher; None where no line does by itself.
    """

    type: str
    path: str
    module: str
    before: int
    after: int
    runs: int
    frame: Frame | None

    @property
    def rate(self) -> float:
        """References a run."""
        return (self.after - self.before) / self.runs


@dataclass(frozen=True, slots=True)
class Survivor:
    """Objects of one type that stayed behind after the runs of a recount.

    Attributes:
        type: qualified name of the type.
        count: objects more than before.
        runs: runs of the recount.
        path: how the program reaches one of them, written as Python; empty when no path was found.
        module: the module that the path starts from; empty likewise.
        native: references to each of them that no object, frame or thread accounts for, so that
            native code holds them; None where that can't be told.
        frame: the line that allocated them, or what is in `by`; None where that is not known.
        listed: something that is known leads to each of them. If not, they are blocks that nothing
            leads to, with the first words of an object of this type.
        ring: only they and what they hold refer to them.
        by: the type whose objects hold those references, where it shows the cycle collector none
            of them; empty otherwise.
        example: one of them as Python writes it, of a type that is str, bytes, int or float.
    """

    type: str
    count: int
    runs: int
    path: str
    module: str
    native: int | None
    frame: Frame | None = None
    listed: bool = True
    ring: bool = False
    by: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds one object, as `holders` found it.

    Attributes:
        type: qualified name of the object's type.
        path: how the program reaches it, written as Python; empty when no path was found.
        module: the module that the path starts from; empty likewise.
        native: references to it that no object, frame or thread accounts for, so that native code
            holds them; None where that can't be told.
    """

    type: str
    path: str
    module: str
    native: int | None

    def __str__(self) -> str:
        """Such as "app.Session: app.SESSIONS['user']"."""
        text = f"{self.type}: {self.path or 'no path to it was found'}"
        return f"{text}, and {self.native} references of native code" if self.native else text


@dataclass(frozen=True, slots=True)
class Whose:
    """Who has to look at a leak.

    Attributes:
        owner: the class.
        name: of the distribution, the fixture, the test's file or the interpreter.
        version: of the distribution or the interpreter; empty where there is none.
        scope: of the fixture; empty otherwise.
        known: a sentence about a leak of the interpreter that is known; empty otherwise. A known
            leak is shown and does not fail the test.
    """

    owner: Owner
    name: str = ""
    version: str = ""
    scope: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found.

    Attributes:
        verdict: the answer.
        reason: one sentence for people: why this verdict.
        rate: growth in blocks a run (0 unless LEAK or INCONCLUSIVE by growth).
        exact: every mark of the trace lies on one line of whole blocks a run.
        bound: CLEAN only: at most so many leaks a run, at 95 %: 3 / (judged + 1).
        judged: runs the verdict rests on.
        runs: all runs done, warm-up included.
        readings: every reading, in order.
        marks: runs since the trace's baseline at each mark of `Site.series`.
        sites: growing sites first, then sites that grew without following the runs;
            each group largest first.
        dropped: allocations the tracer could not record (any makes INCONCLUSIVE).
        seconds: wall time of the check.
        seed: seed of the order of batches.
        metric: which metric decided; None when none did.
        probe: name of the probe that decided; empty unless the metric is PROBE.
        probes: the probes that were asked, in the order of `Reading.probes`.
        opened: what grew of what probes count, and the lines that opened it, most first.
        containers: containers that grew with the runs, largest growth first.
        survivors: objects of one type each that stayed behind, held by native code first.
        counts: objects whose reference counts grow, where these decided.
        unowned: blocks at lines that follow the runs that belong to no object that could be found.
        interned: strings a run that the interpreter interned and kept, seen by the recount.
        cache: UNBOUNDED_CACHE and CACHE only: the cache that was emptied, such as
            `functools.lru_cache of pkg.mod.function` or `linecache.cache`.
        emptied: caches that took on entries and were emptied. LEAK: the growth was not theirs.
            CLEAN: before each reading, and nothing else grew.
        input_keyed: with the same random numbers in each run it stands still, so that what is
            kept depends on their value; None where no random numbers were drawn or it is not known.
        without_body: growth a run when the test's fixtures are set up and torn down without its
            body between; None where it was not measured.
        fresh: what a fresh process says of a leak; empty where it was not asked.
        unexplained: LEAK only: what was not looked for to its end, a sentence each.
        whose: who has to look at it; None unless something leaks.
        cause: what holds the objects and the line that makes them, in words that are equal for
            tests that show the same leak, in this session and the next, on each version of Python;
            empty unless something leaks.
        fingerprint: the cause in short, such as "LC-1a2b3c4d5e"; None where no cause is known.
        first_in: id of the first test of the session with this cause; empty for that test itself.
    """

    verdict: Verdict
    reason: str
    rate: float = 0.0
    exact: bool = False
    bound: float | None = None
    judged: int = 0
    runs: int = 0
    readings: tuple[Reading, ...] = ()
    marks: tuple[int, ...] = ()
    sites: tuple[Site, ...] = ()
    dropped: int = 0
    seconds: float = 0.0
    seed: int = 0
    metric: Metric | None = None
    probe: str = ""
    probes: tuple[Probed, ...] = ()
    opened: tuple[Opened, ...] = ()
    containers: tuple[Container, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    unowned: int = 0
    counts: tuple[Count, ...] = ()
    interned: float = 0.0
    cache: str = ""
    emptied: tuple[str, ...] = ()
    input_keyed: bool | None = None
    without_body: float | None = None
    fresh: str = ""
    unexplained: tuple[str, ...] = ()
    whose: Whose | None = None
    cause: str = ""
    fingerprint: str | None = None
    first_in: str = ""

    @property
    def fails(self) -> bool:
        """The verdict fails a test by default."""
        return self.verdict.leaks and not (self.whose is not None and self.whose.known)

    @property
    def units(self) -> tuple[str, str]:
        """What one and what several of what was decided by are called."""
        probe = next((one for one in self.probes if one.name == self.probe), None)
        if probe is not None:
            return probe.unit, probe.units
        several = str(self.metric or Metric.BLOCKS)
        return several.removesuffix("s"), several
