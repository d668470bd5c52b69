# SPDX-License-Identifier: MIT
"""What do probes and native memory, which are counted by default, cost a real package's suite?

Whole pytest processes, as `python -m tests.suites` runs them: memory of Python's alone; with the probes
that are on by default; with native memory too, by a shim that is preloaded from the start; and as it
comes, where the process starts once more for that. With --full the instructions of the first three, too,
which do not hang on what else the machine does: it takes a minute for each second of the suite.
"""

from __future__ import annotations

import os
import re
import resource
from typing import TYPE_CHECKING, Final

from tests.bench.figures import BenchError, Options, Table, spread
from tests.bench.suite import TIMEOUT, of_this_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.places import Python
    from tests.suites.runs import Run
    from tests.suites.suites import Suite

REPEATS = 7
CALLGRIND: Final = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
MEMORY_ALONE: Final = ("--leakcheck", "--leakcheck-probes=none", "--leakcheck-no-native")
ALONE: Final = "Python's memory alone"
PROBES: Final = "with probes"
NATIVE: Final = "with probes and native memory"
WAYS: Final = {  # what is given to pytest, is the shim there from the start, held against which row
    ALONE: (MEMORY_ALONE, False, ""),
    "the same once more": (MEMORY_ALONE, False, ALONE),
    PROBES: (("--leakcheck", "--leakcheck-no-native"), False, ALONE),
    NATIVE: (("--leakcheck", "--leakcheck-native"), True, PROBES),
    "as it comes: started again": (("--leakcheck",), False, PROBES),
}


def _run(
    suite: Suite, on: Python, way: tuple[tuple[str, ...], str], under: tuple[str, ...] = ()
) -> Run:
    """One whole run, with what is given to pytest and the shim that is preloaded, if one is."""
    from tests.corpus import places
    from tests.suites import runs

    arguments, shim = way
    before = os.environ.get("LD_PRELOAD")
    if shim:
        os.environ["LD_PRELOAD"] = shim
    try:
        done = runs.run(suite, on, arguments, 0, TIMEOUT, under=under)
    except places.PlaceError as error:
        raise BenchError(str(error)) from error
    finally:
        os.environ.pop("LD_PRELOAD", None)
        if before is not None:
            os.environ["LD_PRELOAD"] = before
    if done.state not in ("exit 0", "exit 1"):
        raise BenchError(f"the suite of {suite.name} ended with {done.state}: {done.tail}")
    return done


def _processor_seconds(suite: Suite, on: Python, way: tuple[tuple[str, ...], str]) -> float:
    """Of one whole run of the suite, user's and system's."""
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(suite, on, way)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime - began.ru_utime + ended.ru_stime - began.ru_stime


def _instructions(suite: Suite, on: Python, way: tuple[tuple[str, ...], str]) -> int:
    """Of one whole run of the suite."""
    told = _run(suite, on, way, CALLGRIND).tail
    found = re.fullmatch(r"==\d+== I\s+refs:\s+([\d,]+)", told)
    if found is None:
        raise BenchError(f"valgrind's callgrind did not say how many instructions: {told!r}")
    return int(found[1].replace(",", ""))


def ask(options: Options) -> Iterator[Table]:
    """The ways in turns, and their instructions."""
    from tests.corpus import places
    from tests.suites import suites

    on = of_this_python()
    try:
        (suite,) = suites.named([options.suite], suites.SUITES + suites.UNSEEN + suites.NATIVE)
        (shim,) = (places.build(on) / "leakcheck").glob("_shim.*")
    except LookupError as error:
        raise BenchError(str(error)) from error
    except (places.PlaceError, ValueError) as error:
        raise BenchError(f"leakcheck can't be built with its shim: {error}") from error
    ways = {
        way: (arguments, str(shim) if preloaded else "")
        for way, (arguments, preloaded, _) in WAYS.items()
    }
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for repeat in range(1 + options.repeats(REPEATS)):
        for name, way in ways.items():
            took = _processor_seconds(suite, on, way)
            if repeat:  # The first is for what has to be fetched and built, and cold files.
                seconds[name].append(took)

    def ratio(name: str) -> str:
        base = WAYS[name][2]
        if not base:
            return ""
        pairs = zip(seconds[name], seconds[base], strict=True)
        return f"{spread([a / b for a, b in pairs])} of {base}"

    yield Table(
        f"{suite.name} {suite.version}: what is counted by default",
        ("Processor seconds of whole pytest processes, all ways in turns.",),
        ("counted", "processor s", "ratio"),
        tuple((name, spread(took, ".2f"), ratio(name)) for name, took in seconds.items()),
    )
    if options.full:
        yield _of_instructions(suite, on, ways)


def _of_instructions(
    suite: Suite, on: Python, ways: dict[str, tuple[tuple[str, ...], str]]
) -> Table:
    counts = {name: _instructions(suite, on, ways[name]) for name in (ALONE, PROBES, NATIVE)}

    def ratio(name: str) -> str:
        base = WAYS[name][2]
        return f"{counts[name] / counts[base]:.4f} of {base}" if base else ""

    return Table(
        f"{suite.name} {suite.version}: instructions of what is counted by default",
        ("One process of each, by valgrind's callgrind. Bar: 1.02, native memory against probes.",),
        ("counted", "millions of instructions", "ratio"),
        tuple((name, f"{count / 1e6:,.0f}", ratio(name)) for name, count in counts.items()),
    )
