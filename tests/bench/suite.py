# SPDX-License-Identifier: MIT
"""How much longer does a real package's test suite take under --leakcheck?

The suite comes from the package's sdist and runs as `python -m tests.suites` runs it: whole, in its
own order, plain and with `--leakcheck`, in turns.
"""

from __future__ import annotations

import platform
import resource
from typing import TYPE_CHECKING

from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.places import Python
    from tests.suites.runs import Run
    from tests.suites.suites import Suite

REPEATS = 3
TIMEOUT = 3600.0
CHECKED = ("--leakcheck",)


def _children() -> float:
    """Processor seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(suite: Suite, on: Python, arguments: tuple[str, ...]) -> tuple[float, Run, str]:
    """Processor seconds of one whole run, what it reported, its command line."""
    from tests.suites import runs

    before = _children()
    done, command = runs.run(suite, on, arguments, TIMEOUT)
    if done.state not in ("exit 0", "exit 1"):
        raise BenchError(f"the suite of {suite.name} ended with {done.state}: {done.tail}")
    return _children() - before, done, command


def ask(options: Options) -> Iterator[Table]:
    """One table: plain against checked."""
    from tests.corpus import places
    from tests.suites import compare, suites

    on = places.python(platform.python_version())
    if on is None:
        raise BenchError(f"tests.suites finds no CPython {platform.python_version()} here")
    if on.version != platform.python_version():
        raise BenchError(
            f"tests.suites takes CPython {on.version} for this minor version, and this is "
            f"{platform.python_version()}: run the bench with that one"
        )
    try:
        (suite,) = suites.named([options.suite])
    except LookupError as error:
        raise BenchError(str(error)) from error
    plain, checked = [], []
    try:
        # Not counted: whatever has to be fetched and built, and cold files.
        for arguments in ((), CHECKED):
            _run(suite, on, arguments)
        for _ in range(1 if options.quick else REPEATS):
            plain.append(_run(suite, on, ())[0])
            seconds, done, command = _run(suite, on, CHECKED)
            checked.append(seconds)
    except places.PlaceError as error:
        raise BenchError(str(error)) from error
    tests = len(compare.outcomes(done.reports))
    told = compare.verdicts(done.reports)
    yield Table(
        f"{suite.name} {suite.version}: {tests} tests",
        (
            "Processor time of whole pytest processes, plain and checked in turns;",
            f"`{command}`.",
        ),
        ("checked / plain", "plain s", "checked s", "verdicts of the last"),
        (
            (
                spread([new / old for new, old in zip(checked, plain, strict=True)]),
                spread(plain, ".1f"),
                spread(checked, ".1f"),
                ", ".join(f"{count} {name}" for name, count in told.most_common()),
            ),
        ),
    )
