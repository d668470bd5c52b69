# SPDX-License-Identifier: MIT
"""Reading a folder of leak cases: what to install, what to expect, which line to find."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus import places

LEAK, QUIET, EITHER = "LEAK", "not LEAK", "either"
REFERENCES_ONLY = "immortal refcount growth only"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the source that is a right answer: by text of the line, or by its number."""

    file: str
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its folder, its description as read, and the right answers."""

    name: str
    folder: Path
    about: dict[str, Any]

    @property
    def kind(self) -> str:
        """What sort of leak or trap it is, in the words of the case."""
        return str(self.about["kind"])

    @property
    def trap(self) -> bool:
        """It must never be called a leak."""
        return self.kind == "trap"

    @property
    def countable(self) -> bool:
        """Blocks of the Python heap or references grow, so that counting can find the leak."""
        if self.kind == REFERENCES_ONLY:
            return True
        return float(self.about.get("per_call_blocks", 1.0)) >= 0.05

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Every place that is a right answer: put away, allocated, or triggered."""
        told = self.about
        found = []
        if told.get("culprit_line_contains"):
            found.append(Spot(told["culprit_file"], told["culprit_line_contains"]))
        for key in ("allocation_line", "trigger_line_contains", "expected_line_contains"):
            if told.get(key):
                found.append(Spot(told.get("expected_file", ""), told[key]))
        for entry in told.get("measured_top", []):
            match = re.match(r"(?:venv)?(?:lib/)?(\S.*?):(\d+) \+", entry)
            if match:
                found.append(Spot(match[1], line=int(match[2])))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Target:
    """One cell of the table: a case on one interpreter, at one version, at one rate."""

    case: Case
    role: str
    on: places.Python
    version: str
    requirements: tuple[str, ...]
    rate: float
    expected: str

    @property
    def slug(self) -> str:
        """A file name of its own."""
        kept = re.sub(r"[^\w.+-]", "_", self.version)
        return f"{self.case.name}--{self.role}--{self.on.tag}-{kept}--{self.rate:g}"


def folder_of_cases(given: str | None) -> Path | None:
    """The folder named on the command line, by LEAKBENCH, or beside the repository."""
    for candidate in (given, os.environ.get("LEAKBENCH"), places.ROOT.parent / "shared/leakbench"):
        if candidate and Path(candidate).is_dir():
            return Path(candidate).resolve()
        if candidate and candidate is given:
            return None
    return None


def load(folder: Path) -> list[Case]:
    """Every case below the folder, leaks first, then traps, then native ones."""
    cases = []
    for path in sorted(folder.rglob("case.toml")):
        about = tomllib.loads(path.read_text(encoding="utf-8"))
        cases.append(Case(path.parent.name, path.parent, about))
    return sorted(cases, key=lambda case: (case.folder.parent.name == "native", case.trap))


def targets(
    case: Case, rate: float, rare_rate: float, on: str | None = None
) -> tuple[list[Target], list[str]]:
    """The cells of one case, and a remark for each interpreter that is not on this machine.

    For package "cpython" the two versions are interpreters; else they are releases, each run
    on every interpreter that the case names, or on that of version `on` instead.
    """
    about, cells, missing = case.about, [], []
    extra = tuple(about.get("extra_requirements", []))
    package, bad, fixed = about["package"], about["bad"], about["fixed"]
    named = [on] if on else [about["python"], *about.get("extra_pythons", [])]
    rows: list[tuple[str, str, str, tuple[str, ...]]] = []
    if package == "cpython" and not case.trap and on:
        rows = [("other", on, on, extra)]
    elif package == "cpython" and not case.trap:
        rows = [("bad", bad, bad, extra)] + ([("fixed", fixed, fixed, extra)] if fixed else [])
    elif package == "cpython":
        rows = [("trap", version, version, extra) for version in named]
    else:
        for role, release in (("bad", bad), ("trap" if case.trap else "fixed", fixed)):
            if release:
                need = (f"{package}=={release}", *extra)
                rows += [(role, release, version, need) for version in named]
    for role, release, version, need in rows:
        found = places.python(version)
        if found is None:
            missing.append(f"{case.name}: no CPython {places.minor(version)} on this machine")
            continue
        label = found.version if package == "cpython" else release
        rates = (rate, rare_rate) if case.kind == "leak-rare" else (rate,)
        for one in sorted(set(rates), reverse=True):
            cells.append(
                Target(case, role, found, label, need, one, _expected(case, role, one, rate))
            )
    return cells, missing


def _expected(case: Case, role: str, rate: float, usual: float) -> str:
    """What the verdict must be; EITHER where no answer is wrong and the row is only shown."""
    if case.trap:
        return QUIET
    if role == "other":  # No case says which later interpreters have a fault of CPython's.
        return EITHER
    if role == "fixed":
        return EITHER if case.kind == "leak-partial-fix" else QUIET
    if not case.countable or (case.kind == "leak-rare" and rate >= usual):
        return EITHER
    return LEAK
