# SPDX-License-Identifier: MIT
"""What a mutant is, how it is named, and what became of it."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

EQUIVALENT = Path(__file__).with_name("equivalent.txt")
"""Mutants that no test can kill, each with its reason."""


class Fate(enum.Enum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    """It survived, and equivalent.txt says why it must."""
    STILLBORN = "stillborn"
    """It does not compile: no fault that a program could have."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one source file.

    Attributes:
        file: path from the root of the repository.
        line: of the change, from 1.
        start: where the change begins, in characters of C and in nodes of Python.
        end: where it ends; the same unit.
        before: the source text that is replaced.
        after: what takes its place.
        context: the source line without its indentation.
        ordinal: among the mutants with this file, context and change, from 1.
    """

    file: str
    line: int
    start: int
    end: int
    before: str
    after: str
    context: str
    ordinal: int = 1

    @property
    def change(self) -> str:
        """Such as "< -> <="."""
        return f"{self.before} -> {self.after}"

    @property
    def key(self) -> str:
        """The mutant's name in equivalent.txt: the same after edits elsewhere in its file."""
        times = f" #{self.ordinal}" if self.ordinal > 1 else ""
        return f"{self.file}: {self.context} | {self.change}{times}"

    def __str__(self) -> str:
        """For a list: where it is and what it changes."""
        return f"{self.file}:{self.line}: {self.change}    in  {self.context}"


def numbered(mutants: Iterable[Mutant]) -> list[Mutant]:
    """The mutants with their ordinals."""
    seen: Counter[str] = Counter()
    result = []
    for mutant in mutants:
        seen[mutant.key] += 1
        result.append(replace(mutant, ordinal=seen[mutant.key]))
    return result


def read_equivalent(path: Path = EQUIVALENT) -> dict[str, str]:
    """The reason of each mutant that is equivalent, by its key.

    A key stands on a line of its own; its reason follows on an indented line, and holds for all
    keys above it that have none yet. Lines that begin with # are remarks.
    """
    reasons: dict[str, str] = {}
    waiting: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            waiting.append(line.rstrip())
        elif waiting:
            reasons |= dict.fromkeys(waiting, line.strip())
            waiting = []
        else:
            raise ValueError(f"{path.name}:{number}: a reason without a mutant above it")
    if waiting:
        raise ValueError(f"{path.name}: no reason stands below {waiting[-1]!r}; add one, indented")
    return reasons
