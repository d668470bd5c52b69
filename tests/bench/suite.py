# SPDX-License-Identifier: MIT
"""How much longer does a real package's suite take under --leakcheck, and what do two workers gain?

The suite comes from the package's sdist and runs as `python -m tests.suites` runs it: whole, in its
own order, plain and with `--leakcheck`, in one process and with two workers of pytest-xdist, in turns.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Final

from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.places import Python
    from tests.suites.runs import Run
    from tests.suites.suites import Suite

REPEATS = 3
TIMEOUT = 3600.0
WORKERS: Final = 2
CHECKED = ("--leakcheck",)


def run_whole(
    suite: Suite,
    on: Python,
    arguments: tuple[str, ...],
    workers: int = 0,
    under: tuple[str, ...] = (),
) -> Run:
    """One whole run of the suite; the arguments are those of `tests.suites.runs.run`."""
    from tests.suites import runs

    done = runs.run(suite, on, arguments, 0, TIMEOUT, workers=workers, under=under)
    if done.state not in ("exit 0", "exit 1"):
        raise BenchError(f"the suite of {suite.name} ended with {done.state}: {done.tail}")
    return done


def of_this_python() -> Python:
    """This interpreter, as tests.suites finds it.

    Raises:
        BenchError: it finds none, or another one of this minor version.
    """
    from tests.corpus import places

    on = places.python(platform.python_version())
    if on is None:
        raise BenchError(f"tests.suites finds no CPython {platform.python_version()} here")
    if on.version != platform.python_version():
        raise BenchError(
            f"tests.suites takes CPython {on.version} for this minor version, and this is "
            f"{platform.python_version()}: run the bench with that one"
        )
    return on


def ask(options: Options) -> Iterator[Table]:
    """One table: plain and checked, in one process and with workers."""
    from tests.corpus import places
    from tests.suites import compare, suites

    on = of_this_python()
    try:
        (suite,) = suites.named([options.suite])
    except LookupError as error:
        raise BenchError(str(error)) from error
    ways = [(arguments, workers) for arguments in ((), CHECKED) for workers in (0, WORKERS)]
    seconds: dict[tuple[tuple[str, ...], int], list[float]] = {way: [] for way in ways}
    told: dict[int, str] = {}
    try:
        for repeat in range(2 if options.quick else 1 + REPEATS):
            for arguments, workers in ways:
                done = run_whole(suite, on, arguments, workers)
                if repeat:  # The first is for what has to be fetched and built, and cold files.
                    seconds[arguments, workers].append(done.seconds)
                if arguments:
                    verdicts = compare.verdicts(done.reports)
                    told[workers] = ", ".join(f"{n} {name}" for name, n in verdicts.most_common())
    except places.PlaceError as error:
        raise BenchError(str(error)) from error

    def ratio(above: tuple[tuple[str, ...], int], below: tuple[tuple[str, ...], int]) -> str:
        return spread([a / b for a, b in zip(seconds[above], seconds[below], strict=True)])

    rows = []
    for workers in (0, WORKERS):
        rows.append(
            (
                str(workers or "none"),
                spread(seconds[(), workers], ".1f"),
                spread(seconds[CHECKED, workers], ".1f"),
                ratio((CHECKED, workers), ((), workers)),
                ratio(((), 0), ((), workers)) if workers else "",
                ratio((CHECKED, 0), (CHECKED, workers)) if workers else "",
                told[workers],
            )
        )
    yield Table(
        f"{suite.name} {suite.version}: {len(compare.outcomes(done.reports))} tests",
        (
            "Wall time of whole pytest processes, all four ways in turns. Workers: of pytest-xdist,",
            "`--dist worksteal`. *Gain*: one process against the workers. Bar: 1.7, checked.",
        ),
        (
            "workers",
            "plain s",
            "checked s",
            "checked / plain",
            "gain, plain",
            "gain, checked",
            "verdicts of the last",
        ),
        tuple(rows),
    )
