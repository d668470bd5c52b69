# SPDX-License-Identifier: MIT
"""`python -m tests.corpus`: every leak case at its leaking and its mended version, as a table."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.corpus import cases, places, retention, runner, table
from tests.corpus.judge import judge

if TYPE_CHECKING:
    from collections.abc import Sequence


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("--leakbench", metavar="DIR", help="folder of cases (or $LEAKBENCH)")
    parser.add_argument("--on", metavar="VERSION", help="one other CPython for all, such as 3.14")
    parser.add_argument("--case", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--rate", type=float, default=0.1, help="smallest leak (%(default)s)")
    parser.add_argument("--rare-rate", type=float, default=0.01, help="for kind leak-rare")
    parser.add_argument("--max-time", type=float, default=30.0, help="seconds a check may take")
    parser.add_argument("--timeout", type=float, default=180.0, help="seconds a process may take")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--prepare", action="store_true", help="only make the environments")
    parser.add_argument("--fresh", action="store_true", help="forget stored answers")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    parser.add_argument(
        "--holders",
        action="store_true",
        help="only the leaking versions, and whether the report names who holds what leaks",
    )
    parser.add_argument(
        "--no-native",
        action="store_false",
        dest="native",
        help="leave out native memory, which is counted by default, as leakcheck does",
    )
    parser.add_argument("--sites", action="store_true", help="print the sites of wrong rows")
    return parser.parse_args(argv)


def show_sites(told: dict[str, Any]) -> None:
    """The evidence of one row, for people who must find out why it is wrong."""
    print("    readings:", told.get("readings"))
    print("    marks:   ", told.get("marks"))
    for site in told.get("sites", [])[:6]:
        print(f"    {'grows' if site['grows'] else '-----'} {site['blocks']:+} {site['series']}")
        for frame in site["frames"][-4:]:
            print(f"        {frame['file']}:{frame['line']} {frame['function']} | {frame['text']}")


def expected(cell: cases.Target, *, native: bool) -> str:
    """What the verdict must be; where native memory is counted, a leak of it is one."""
    only_native = cell.case.kind in ("native malloc leak", "mmap")
    return cases.LEAK if native and only_native and cell.role == "bad" else cell.expected


def taken_by(told: dict[str, Any]) -> list[str]:
    """The native functions that took what grows, each once."""
    grown = (site.get("taken_by", "") for site in told.get("sites", []) if site["grows"])
    return [one for one in dict.fromkeys(grown) if one]


def chosen(options: argparse.Namespace) -> tuple[list[cases.Target], list[str]]:
    """The cells to run and remarks on what can't be; PlaceError when there are no cases."""
    folder = cases.folder_of_cases(options.leakbench)
    if folder is None:
        raise places.PlaceError(
            "no folder of leak cases: name one with --leakbench DIR or in the environment variable "
            "LEAKBENCH (a folder whose sub-folders hold scenario.py and case.toml)"
        )
    loaded = cases.load(folder)
    unknown = set(options.case) - {case.name for case in loaded}
    if unknown:
        raise places.PlaceError(f"no such case in {folder}: {', '.join(sorted(unknown))}")
    cells: list[cases.Target] = []
    missing: list[str] = []
    for case in loaded:
        if not options.case or case.name in options.case:
            some, lacking = cases.targets(case, options.rate, options.rare_rate, options.on)
            cells += [cell for cell in some if cell.role == "bad" or not options.holders]
            missing += lacking
    return cells, missing


def prepare(cells: list[cases.Target]) -> int:
    """Make every environment; 1 when one can't be made."""
    failed = 0
    for cell in cells:
        try:
            runner.environment(cell)
        except places.PlaceError as error:
            failed += 1
            print(f"{cell.slug}: {error}", flush=True)
    print(f"{len(cells) - failed} of {len(cells)} cells have their environment")
    return 1 if failed else 0


def answers(cells: list[cases.Target], options: argparse.Namespace) -> list[table.Row]:
    """Every cell run and judged, printed as it comes."""

    def answer(cell: cases.Target) -> dict[str, Any]:
        return runner.run_target(
            cell,
            max_time=options.max_time,
            timeout=options.timeout,
            fresh=options.fresh,
            native=options.native,
        )

    cells = [replace(one, expected=expected(one, native=options.native)) for one in cells]
    rows: list[table.Row] = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for cell, told in zip(cells, pool.map(answer, cells), strict=True):
            row = table.Row(cell, told, judge(told, cell.expected, cell.case.spots))
            rows.append(row)
            print(table.line(row), flush=True)
            for taken in taken_by(told):
                print(f"    taken by {taken}")
            if options.sites and (row.outcome.right is False or row.outcome.line is False):
                show_sites(told)
    return rows


def show_holders(rows: list[table.Row], options: argparse.Namespace) -> int:
    """The table of holders; 1 when one is not named."""
    found = retention.namings(rows)
    loaded = list({row.target.case.name: row.target.case for row in rows}.values())
    for one in found:
        print(retention.line(one))
    for sentence in retention.totals(found, loaded):
        print(sentence)
    if options.markdown:
        day = datetime.now(UTC).date().isoformat()
        page = retention.markdown(found, loaded, "python -m tests.corpus --holders", day)
        options.markdown.write_text(page, encoding="utf-8")
    return 1 if any(one.right is False for one in found) else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print, write; 1 when any verdict or line is not as expected, 2 when nothing ran."""
    options = arguments(argv)
    began = time.perf_counter()
    try:
        cells, missing = chosen(options)
        if options.prepare:
            return prepare(cells)
        for on in {cell.on for cell in cells}:
            places.build(on)
    except places.PlaceError as error:
        print(error, file=sys.stderr)
        return 2
    rows = answers(cells, options)
    if options.holders:
        return show_holders(rows, options)
    for sentence in (*missing, *table.totals(rows)):
        print(sentence)
    print(f"{len(rows)} checks in {time.perf_counter() - began:.0f} s")
    if options.markdown:
        command = f"python -m tests.corpus --rate {options.rate:g} --max-time {options.max_time:g}"
        command += " --no-native" * (not options.native)
        command += f" --on {options.on}" if options.on else ""
        day = datetime.now(UTC).date().isoformat()
        options.markdown.write_text(table.markdown(rows, missing, command, day), encoding="utf-8")
    return 1 if table.unexpected(rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
