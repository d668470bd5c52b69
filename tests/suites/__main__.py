# SPDX-License-Identifier: MIT
"""`python -m tests.suites`: suites of real packages, plain and under --leakcheck, compared."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.corpus import places
from tests.suites import page, runs, suites

if TYPE_CHECKING:
    from collections.abc import Sequence


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.suites", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="suites (all)")
    parser.add_argument("--python", nargs="+", default=["3.13"], metavar="VERSION")
    parser.add_argument("--rate", type=float, help="--leakcheck-rate (leakcheck's default)")
    parser.add_argument(
        "--native", action="store_true", help="others, of C extensions, with --leakcheck-native"
    )
    parser.add_argument("--max-time", type=float, metavar="S", help="--leakcheck-max-time")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="pairs of runs (1)")
    parser.add_argument("--plain", action="store_true", help="only the plain runs")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds a run may take")
    parser.add_argument("--fresh", action="store_true", help="forget stored runs")
    parser.add_argument("--stored", action="store_true", help="only what was run before")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    return parser.parse_args(argv)


def one(suite: suites.Suite, on: places.Python, options: argparse.Namespace) -> page.Compared:
    """All runs of a suite, or the reason why there are none."""
    told: tuple[str, ...] = ("--leakcheck",)
    if options.rate is not None:
        told += (f"--leakcheck-rate={options.rate:g}",)
    if options.max_time is not None:
        told += (f"--leakcheck-max-time={options.max_time:g}",)
    if options.native:
        told += (runs.NATIVE,)
    plain: list[runs.Run] = []
    checked: list[runs.Run] = []

    def take(kind: tuple[str, ...], repeat: int) -> runs.Run | None:
        if options.stored:
            return runs.found(suite, on, kind, repeat)
        return runs.stored(suite, on, kind, repeat, options.timeout, fresh=options.fresh)

    try:
        for repeat in range(options.repeat):
            pair = [take((), repeat), None if options.plain else take(told, repeat)]
            if pair[0] is None or (pair[1] is None and not options.plain):
                break
            plain.append(pair[0])
            checked += [run for run in pair[1:] if run is not None]
    except places.PlaceError as error:
        return page.Compared(suite, on, error=str(error))
    return page.Compared(suite, on, tuple(plain), tuple(checked))


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print, write; 1 when an outcome changed or a run did not end, 2 for bad arguments."""
    options = arguments(argv)
    try:
        chosen = suites.named(
            options.names, suites.NATIVE if options.native else suites.SUITES + suites.UNSEEN
        )
    except LookupError as error:
        print(error, file=sys.stderr)
        return 2
    rows = []
    for version in options.python:
        on = places.python(version)
        if on is None:
            print(f"no CPython {version} on this machine", file=sys.stderr)
            return 2
        for suite in chosen:
            row = one(suite, on, options)
            rows.append(row)
            print(" | ".join(page.columns(row)), flush=True)
            for text in page.details(row):
                print("   ", text, flush=True)
    for text in page.summary(rows):
        print(text)
    if options.markdown:
        command = " ".join(
            ["python -m tests.suites", *options.names]
            + (["--native"] if options.native else [])
            + ([f"--max-time {options.max_time:g}"] if options.max_time is not None else [])
            + ([f"--repeat {options.repeat}"] if options.repeat > 1 else [])
            + (["--python", *options.python])
            + ([f"--rate {options.rate:g}"] if options.rate is not None else [])
        )
        day = datetime.now(UTC).date().isoformat()
        text = page.markdown(rows, command, day, native=options.native)
        options.markdown.write_text(text, encoding="utf-8")
    wrong = [row for row in rows if row.changed or row.broken or row.error]
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
