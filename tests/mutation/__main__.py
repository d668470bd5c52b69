# SPDX-License-Identifier: MIT
"""Puts small faults into the rules and looks whether a test fails: python -m tests.mutation [growth] [judge].

growth: csrc/core/growth*.c by the C tests of growth; what they let pass, again under the
sanitizers, and, unless --no-python, by the Python tests that judge growth. judge:
leakcheck/judge/*.py by tests/unit/judge. Survivors are listed, and the exit status is 1 where
fewer than --bar per cent of the mutants that are not equivalent were killed.
"""

from __future__ import annotations

import argparse
import fnmatch
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.c.run import ROOT
from tests.mutation import c_mutants, page, py_mutants
from tests.mutation.c_runs import CHECKED, PLAIN, Bench, Sampler
from tests.mutation.mutants import Fate, Mutant, read_equivalent
from tests.mutation.page import Campaign
from tests.mutation.py_runs import Judge

PARTS = {
    "growth": ("csrc/core/growth*.c", c_mutants.mutants_of),
    "judge": ("leakcheck/judge/*.py", py_mutants.mutants_of),
}
EVERY = 50
"""A line of progress after so many mutants."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mutants of a part that are tried, and how many there are."""

    tried: list[Mutant]
    all: int


def chosen(part: str, options: argparse.Namespace) -> Chosen:
    """All mutants of the part, or a sample of them drawn from the seed."""
    pattern, mutants_of = PARTS[part]
    found = [
        mutant
        for path in sorted(ROOT.glob(pattern))
        for mutant in mutants_of(
            path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        )
    ]
    if options.only:
        found = [one for one in found if fnmatch.fnmatch(f"{one.file}:{one.line}", options.only)]
    if options.sample and options.sample < len(found):
        kept = set(random.Random(options.seed).sample(range(len(found)), options.sample))
        return Chosen([one for at, one in enumerate(found) if at in kept], len(found))
    return Chosen(found, len(found))


def tried(mutants: list[Mutant], fate: Callable[[Mutant], Fate], said: str) -> dict[Mutant, Fate]:
    """The fate of each mutant, with a line of progress on standard error now and then."""
    fates: dict[Mutant, Fate] = {}
    for number, mutant in enumerate(mutants, 1):
        fates[mutant] = fate(mutant)
        if fates[mutant] is Fate.SURVIVED:
            print(f"{said}: {mutant}", file=sys.stderr)
        if number % EVERY == 0 or number == len(mutants):
            left = sum(one is Fate.SURVIVED for one in fates.values())
            print(
                f"{said}: {number} of {len(mutants)}, {left} survived", file=sys.stderr, flush=True
            )
    return fates


def survivors(fates: dict[Mutant, Fate], known: dict[str, str]) -> list[Mutant]:
    """Those that nothing killed and that are not known to be equivalent."""
    return [one for one, fate in fates.items() if fate is Fate.SURVIVED and one.key not in known]


def growth(mutants: list[Mutant], known: dict[str, str], *, python: bool) -> dict[Mutant, Fate]:
    """The fates of mutants of C."""
    with tempfile.TemporaryDirectory(prefix="leakcheck-mutants-") as folder:
        fates = tried(mutants, Bench(Path(folder, "plain"), PLAIN).fate, "C tests")
        if again := survivors(fates, known):
            checked = Bench(Path(folder, "checked"), CHECKED)
            fates |= tried(again, checked.fate, "C tests with sanitizers")
        again = survivors(fates, known)
        if again and python:
            sampler = Sampler(Path(folder, "tree"))
            fates |= tried(
                again,
                lambda one: Fate.KILLED if sampler.kills(one) else Fate.SURVIVED,
                "Python tests",
            )
    return fates


def judge(mutants: list[Mutant]) -> dict[Mutant, Fate]:
    """The fates of mutants of leakcheck/judge."""
    return tried(mutants, Judge().fate, "Python tests")


def marked(fates: dict[Mutant, Fate], known: dict[str, str]) -> dict[Mutant, Fate]:
    """The fates, with those known to be equivalent told apart."""
    return {
        one: Fate.EQUIVALENT if fate is Fate.SURVIVED and one.key in known else fate
        for one, fate in fates.items()
    }


def main(words: list[str] | None = None) -> int:
    """Run the parts asked for; 0 where each reaches the bar."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="growth, judge (both)")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="try N of each part")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--only", metavar="GLOB", help="of FILE:LINE, such as '*growth_plan.c:*'")
    parser.add_argument("--no-python", action="store_true", help="growth by its C tests alone")
    parser.add_argument("--bar", type=float, default=90.0, help="per cent to be killed (90)")
    parser.add_argument("--list", action="store_true", help="show the mutants, try none")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page")
    options = parser.parse_args(words)
    parts = options.parts or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"there is no part {unknown}; there are {', '.join(PARTS)}")
    known = read_equivalent()
    mutants_of = {part: chosen(part, options) for part in parts}
    if not any(mutants.tried for mutants in mutants_of.values()):
        parser.error(f"no mutant of {', '.join(parts)} stands at {options.only}; see --list")
    campaigns = []
    for part, mutants in mutants_of.items():
        if not mutants.tried:
            continue
        if options.list:
            print(*mutants.tried, sep="\n")
            continue
        began = time.monotonic()
        if part == "growth":
            fates = growth(mutants.tried, known, python=not options.no_python)
        else:
            fates = judge(mutants.tried)
        seconds = time.monotonic() - began
        campaigns.append(Campaign(part, marked(fates, known), mutants.all, options.seed, seconds))
    for campaign in campaigns:
        print(page.told(campaign))
    if options.markdown is not None:
        command = f"python -m tests.mutation {' '.join(sys.argv[1:])}".rstrip()
        page.write(options.markdown, campaigns, known, command)
    return int(any(campaign.score < options.bar for campaign in campaigns))


if __name__ == "__main__":
    sys.exit(main())
