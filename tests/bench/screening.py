# SPDX-License-Identifier: MIT
"""What do probes and native memory, which are counted by default, cost a real package's suite?

Whole pytest processes, as `python -m tests.suites` runs them: memory of Python's alone; with the probes
that are on by default; with native memory too, by a shim that is preloaded from the start; and as it
comes, where the process starts once more for that. With --full the instructions of the first three, too,
which do not hang on what else the machine does: it takes a minute for each second of the suite.
"""

from __future__ import annotations

import re
import resource
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.bench.figures import BenchError, Options, Table, spread
from tests.bench.suite import of_this_python, run_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.corpus.places import Python
    from tests.suites.suites import Suite

REPEATS = 7
CALLGRIND: Final = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
MEMORY_ALONE: Final = ("--leakcheck", "--leakcheck-probes=none", "--leakcheck-no-native")
ALONE: Final = "Python's memory alone"
PROBES: Final = "with probes"
NATIVE: Final = "with probes and native memory"


class Way(NamedTuple):
    """What is given to pytest, the command that it runs under, and the row it is held against."""

    arguments: tuple[str, ...]
    under: tuple[str, ...] = ()
    base: str = ""


def _ways(shim: Path) -> dict[str, Way]:
    preloaded = ("env", f"LD_PRELOAD={shim}")
    return {
        ALONE: Way(MEMORY_ALONE),
        "the same once more": Way(MEMORY_ALONE, base=ALONE),
        PROBES: Way(("--leakcheck", "--leakcheck-no-native"), base=ALONE),
        NATIVE: Way(("--leakcheck", "--leakcheck-native"), preloaded, PROBES),
        "as it comes: started again": Way(("--leakcheck",), base=PROBES),
    }


def _processor_seconds(suite: Suite, on: Python, way: Way) -> float:
    """Of one whole run of the suite, user's and system's."""
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    run_whole(suite, on, way.arguments, under=way.under)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime - began.ru_utime + ended.ru_stime - began.ru_stime


def _instructions(suite: Suite, on: Python, way: Way) -> int:
    """Of one whole run of the suite."""
    told = run_whole(suite, on, way.arguments, under=(*way.under, *CALLGRIND)).tail
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
    ways = _ways(shim)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    try:
        for repeat in range(1 + options.repeats(REPEATS)):
            for name, way in ways.items():
                took = _processor_seconds(suite, on, way)
                if repeat:  # The first is for what has to be fetched and built, and cold files.
                    seconds[name].append(took)
    except places.PlaceError as error:
        raise BenchError(str(error)) from error

    def ratio(name: str) -> str:
        base = ways[name].base
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


def _of_instructions(suite: Suite, on: Python, ways: dict[str, Way]) -> Table:
    counts = {name: _instructions(suite, on, ways[name]) for name in (ALONE, PROBES, NATIVE)}

    def ratio(name: str) -> str:
        base = ways[name].base
        return f"{counts[name] / counts[base]:.4f} of {base}" if base else ""

    return Table(
        f"{suite.name} {suite.version}: instructions of what is counted by default",
        ("One process of each, by valgrind's callgrind. Bar: 1.02, native memory against probes.",),
        ("counted", "millions of instructions", "ratio"),
        tuple((name, f"{count / 1e6:,.0f}", ratio(name)) for name, count in counts.items()),
    )
