# SPDX-License-Identifier: MIT
"""How much longer does a real package's test suite take under --leakcheck?

The suite comes from the package's sdist and runs as `python -m tests.suites` runs it: whole, in its
own order, plain and with `--leakcheck`, in turns.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from tests.bench.figures import BenchError, Options, Table, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 3
TIMEOUT = 3600.0


def ask(options: Options) -> Iterator[Table]:
    """One table: plain against checked."""
    from tests.corpus import places
    from tests.suites import compare, runs, suites

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
    plain, checked, tests = [], [], 0
    for _ in range(1 if options.quick else REPEATS):
        try:
            one, _command = runs.run(suite, on, (), TIMEOUT)
            other, command = runs.run(suite, on, ("--leakcheck",), TIMEOUT)
        except places.PlaceError as error:
            raise BenchError(str(error)) from error
        for done in (one, other):
            if done.state not in ("exit 0", "exit 1"):
                raise BenchError(f"the suite of {suite.name} ended with {done.state}: {done.tail}")
        plain.append(one.seconds)
        checked.append(other.seconds)
        tests = len(compare.outcomes(other.reports))
        told = compare.verdicts(other.reports)
    yield Table(
        f"{suite.name} {suite.version}: {tests} tests",
        (
            "Wall time of whole pytest processes, plain and checked in turns;",
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
