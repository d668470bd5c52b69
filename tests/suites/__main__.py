# SPDX-License-Identifier: MIT
"""`python -m tests.suites`: suites of real packages, plain and under --leakcheck, compared."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.corpus import places
from tests.suites import compare, known, runs, suites

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    *("suite", "python", "tests", "plain", "same outcome", "suspects", "clean", "leak"),
    *("inconclusive", "not measured", "findings", "plain s", "leakcheck s", "ratio"),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One suite on one interpreter: both runs, or why there are none."""

    suite: suites.Suite
    on: places.Python
    plain: runs.Run | None
    checked: runs.Run | None
    error: str = ""


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.suites", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="suites (all)")
    parser.add_argument("--python", nargs="+", default=["3.13"], metavar="VERSION")
    parser.add_argument("--rate", type=float, help="--leakcheck-rate (leakcheck's default)")
    parser.add_argument("--plain", action="store_true", help="only the plain runs")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds a run may take")
    parser.add_argument("--fresh", action="store_true", help="forget stored runs")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    return parser.parse_args(argv)


def one(suite: suites.Suite, on: places.Python, options: argparse.Namespace) -> Compared:
    """Both runs of a suite, or the reason why not."""
    told: tuple[str, ...] = ("--leakcheck",)
    if options.rate is not None:
        told += (f"--leakcheck-rate={options.rate:g}",)
    try:
        plain = runs.stored(suite, on, (), options.timeout, fresh=options.fresh)
        if options.plain:
            return Compared(suite, on, plain, None)
        checked = runs.stored(suite, on, told, options.timeout, fresh=options.fresh)
    except places.PlaceError as error:
        return Compared(suite, on, None, None, str(error))
    return Compared(suite, on, plain, checked)


def counted(reports: compare.Reports) -> str:
    """Such as "2400 passed, 21 skipped"."""
    counts = Counter(compare.outcomes(reports).values())
    return ", ".join(f"{number} {outcome}" for outcome, number in counts.most_common())


def columns(row: Compared) -> tuple[str, ...]:
    """The row's texts in the order of COLUMNS."""
    head = (f"{row.suite.name} {row.suite.version}", row.on.version)
    if row.plain is None:
        return (*head, "", row.error, *[""] * (len(COLUMNS) - 4))
    plain = row.plain
    tests = str(len(compare.outcomes(plain.reports)))
    ending = "" if plain.state in ("exit 0", "exit 1") else f" ({plain.state})"
    first = (*head, tests, counted(plain.reports) + ending)
    if row.checked is None:
        return (*first, *[""] * (len(COLUMNS) - 7), f"{plain.seconds:.1f}", "", "")
    told = compare.verdicts(row.checked.reports)
    differing = len(compare.differences(plain.reports, row.checked.reports))
    same = "yes" if not differing else f"NO ({differing} differ)"
    if row.checked.state not in ("exit 0", "exit 1"):
        same += f" ({row.checked.state})"
    return (
        *first,
        same,
        str(compare.suspects(row.checked.reports)),
        *(str(told[name]) for name in ("clean", "leak", "inconclusive", "not measured")),
        str(len(compare.findings(row.checked.reports))),
        f"{plain.seconds:.1f}",
        f"{row.checked.seconds:.1f}",
        f"{row.checked.seconds / plain.seconds:.1f}",
    )


def details(row: Compared) -> list[str]:
    """What a row's numbers stand for: differing tests, findings, reasons."""
    if row.plain is None or row.checked is None:
        return []
    roots = (f"{row.suite.name.replace('-', '_')}-{row.suite.version}/",)
    out = [
        f"- differs: {text}" for text in compare.differences(row.plain.reports, row.checked.reports)
    ]
    for finding in compare.findings(row.checked.reports, roots):
        out.append(
            f"- LEAK at `{finding.place}`: {len(finding.tests)} tests, {finding.rate:.3g} blocks a "
            f"run in the first, `{finding.tests[0]}`"
        )
        out += [f"    - `{frame}`" for frame in finding.frames[-5:]]
        told = known.explained(row.suite.name, (finding.place, *finding.frames, *finding.tests[:1]))
        kind = "not looked into yet" if told is None else "real" if told.real else "FALSE"
        out.append(f"    - **{kind}**" + (f": {told.finding}." if told else ""))
    for verdict in ("inconclusive", "not measured"):
        for reason, number in compare.reasons(row.checked.reports, verdict).most_common(8):
            out.append(f"- {verdict}, {number} tests: {reason}")
    return out


def markdown(rows: list[Compared], command: str, day: str) -> str:
    """All rows as a page for docs/results."""
    out = [
        "# Whole suites of real packages under --leakcheck",
        "",
        f"Measured {day} on Linux x86-64 by `{command}`, pytest {suites.PYTEST}. Each suite comes",
        "from its sdist and is run whole, in its own order, once plain and once with",
        "`--leakcheck`. A failure that is nothing but a leak counts as the same outcome.",
        "*Suspects* are the tests that grew while they were screened, and so were traced.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
    ]
    out += ["| " + " | ".join(columns(row)) + " |" for row in rows]
    for row in rows:
        told = details(row)
        if told:
            out += ["", f"## {row.suite.name} {row.suite.version}, CPython {row.on.version}", ""]
            out += told
    return "\n".join(out) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print, write; 1 when an outcome changed or a run did not end, 2 for bad arguments."""
    options = arguments(argv)
    try:
        chosen = suites.named(options.names)
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
            print(" | ".join(columns(row)), flush=True)
            for text in details(row):
                print("   ", text, flush=True)
    if options.markdown:
        command = " ".join(
            ["python -m tests.suites", *options.names, "--python", *options.python]
            + ([f"--rate {options.rate:g}"] if options.rate is not None else [])
        )
        day = datetime.now(UTC).date().isoformat()
        options.markdown.write_text(markdown(rows, command, day), encoding="utf-8")
    wrong = [row for row in rows if "NO" in columns(row)[4] or row.error]
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
