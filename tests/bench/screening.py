# SPDX-License-Identifier: MIT
"""What do probes and native memory, which are counted by default, cost a real package's suite?

Whole pytest processes, as `python -m tests.suites` runs them: memory of Python's alone; with the probes
that are on by default; with native memory too, by a shim that is preloaded from the start; and as it
comes, where the process starts once more for that.
"""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING, Final

from tests.bench.figures import BenchError, Options, Table, spread
from tests.bench.suite import TIMEOUT, of_this_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.places import Python
    from tests.suites.suites import Suite

REPEATS = 7
MEMORY_ALONE: Final = ("--leakcheck", "--leakcheck-probes=none", "--leakcheck-no-native")
ALONE: Final = "Python's memory alone"
PROBES: Final = "with probes"
WAYS: Final = {  # what is given to pytest, is the shim there from the start, held against which row
    ALONE: (MEMORY_ALONE, False, ""),
    "the same once more": (MEMORY_ALONE, False, ALONE),
    PROBES: (("--leakcheck", "--leakcheck-no-native"), False, ALONE),
    "with probes and native memory": (("--leakcheck", "--leakcheck-native"), True, PROBES),
    "as it comes: started again": (("--leakcheck",), False, PROBES),
}


def _processor_seconds(suite: Suite, on: Python, arguments: tuple[str, ...], shim: str) -> float:
    """Of one whole run of the suite, user's and system's."""
    from tests.suites import runs

    before = os.environ.get("LD_PRELOAD")
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    if shim:
        os.environ["LD_PRELOAD"] = shim
    try:
        done = runs.run(suite, on, arguments, 0, TIMEOUT)
    finally:
        os.environ.pop("LD_PRELOAD", None)
        if before is not None:
            os.environ["LD_PRELOAD"] = before
    if done.state not in ("exit 0", "exit 1"):
        raise BenchError(f"the suite of {suite.name} ended with {done.state}: {done.tail}")
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime - began.ru_utime + ended.ru_stime - began.ru_stime


def ask(options: Options) -> Iterator[Table]:
    """One table: the ways in turns, against the first of them."""
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
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for repeat in range(1 + options.repeats(REPEATS)):
        for way, (arguments, preloaded, _) in WAYS.items():
            took = _processor_seconds(suite, on, arguments, str(shim) if preloaded else "")
            if repeat:  # The first is for what has to be fetched and built, and cold files.
                seconds[way].append(took)

    def ratio(way: str) -> str:
        base = WAYS[way][2]
        if not base:
            return ""
        pairs = zip(seconds[way], seconds[base], strict=True)
        return f"{spread([a / b for a, b in pairs])} of {base}"

    yield Table(
        f"{suite.name} {suite.version}: what is counted by default",
        (
            "Processor seconds of whole pytest processes, all ways in turns.",
            "Bar: 1.02, native memory against probes.",
        ),
        ("counted", "processor s", "ratio"),
        tuple((way, spread(took, ".2f"), ratio(way)) for way, took in seconds.items()),
    )
