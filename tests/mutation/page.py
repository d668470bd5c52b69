# SPDX-License-Identifier: MIT
"""What a campaign found, on the terminal and as a page."""

from __future__ import annotations

import platform
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutants import Fate, Mutant


@dataclass(frozen=True, slots=True)
class Campaign:
    """One part's mutants and what became of them.

    Attributes:
        part: "growth" or "judge".
        fates: of each mutant that was tried.
        all: mutants that there are; more than were tried where a sample was drawn.
        seed: of the sample.
        seconds: it took.
    """

    part: str
    fates: dict[Mutant, Fate]
    all: int
    seed: int
    seconds: float

    def count(self, fate: Fate, file: str = "") -> int:
        """How many ended so, of one file or of all."""
        return sum(one is fate and file in ("", each.file) for each, one in self.fates.items())

    @property
    def files(self) -> list[str]:
        """The mutated files, in order."""
        return sorted({mutant.file for mutant in self.fates})

    @property
    def score(self) -> float:
        """Per cent killed of those that are not equivalent; 100 where there are none."""
        killed = self.count(Fate.KILLED)
        alive = self.count(Fate.SURVIVED)
        return 100.0 * killed / (killed + alive) if killed + alive else 100.0

    @property
    def sample(self) -> str:
        """How many were tried, in words."""
        if len(self.fates) == self.all:
            return f"all {self.all:,} mutants"
        return f"a sample of {len(self.fates):,} of {self.all:,} mutants, seed {self.seed}"


def _row(campaign: Campaign, file: str) -> tuple[str, ...]:
    killed, alive = campaign.count(Fate.KILLED, file), campaign.count(Fate.SURVIVED, file)
    score = f"{100.0 * killed / (killed + alive):.1f} %" if killed + alive else "-"
    counts = (killed, alive, campaign.count(Fate.EQUIVALENT, file))
    return (file or "all", *map(str, counts), score)


HEAD = ("file", "killed", "survived", "equivalent", "score")


def told(campaign: Campaign) -> str:
    """For the terminal: by file, then the survivors."""
    rows = [HEAD, *(_row(campaign, file) for file in (*campaign.files, ""))]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    lines = [f"{campaign.part}: {campaign.sample}, {campaign.seconds:.0f} s"]
    lines += [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    lines += [f"survived  {one}" for one in _alive(campaign)]
    return "\n".join(lines)


def _alive(campaign: Campaign) -> list[Mutant]:
    return [one for one, fate in campaign.fates.items() if fate is Fate.SURVIVED]


def write(path: Path, campaigns: Sequence[Campaign], known: dict[str, str], command: str) -> None:
    """The page."""
    lines = [
        "# Mutation tests",
        "",
        f"Written by `{command}`: {time.strftime('%Y-%m-%d')}, CPython {platform.python_version()}.",
        "",
        "A mutant is one small fault put into a rule: another comparison, operation or constant, `and` for",
        "`or`, a statement left out. It is *killed* when some test fails or does not end. What survives is a fault",
        "that no test would see. *Equivalent* ones change nothing that can be observed; each stands with its",
        "reason in `tests/mutation/equivalent.txt`. The score leaves them out, and so it does mutants that do",
        "not compile.",
    ]
    for campaign in campaigns:
        lines += [
            "",
            f"## {campaign.part}",
            "",
            f"{campaign.sample.capitalize()}, {campaign.seconds:.0f} seconds.",
            "",
        ]
        lines += ["| " + " | ".join(HEAD) + " |", "|---|" + "---:|" * (len(HEAD) - 1)]
        lines += ["| " + " | ".join(_row(campaign, file)) + " |" for file in (*campaign.files, "")]
        reasons = Counter(
            known[one.key] for one, fate in campaign.fates.items() if fate is Fate.EQUIVALENT
        )
        if reasons:
            lines += ["", "Why mutants are equivalent:", ""]
            lines += [f"- {count}: {reason}" for reason, count in reasons.most_common()]
        if alive := _alive(campaign):
            lines += ["", "Survivors:", "", "```"]
            lines += [str(one) for one in alive]
            lines += ["```"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
