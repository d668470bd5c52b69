# SPDX-License-Identifier: MIT
"""The repository's own cases: files under leaky/ and clean/, with their answers in the docstring.

`Expect:` is LEAK or not LEAK; each `Line:` is the text of a line that a report may name (where
the block is allocated, where it is put away, or the call between them).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from tests.corpus.cases import LEAK, QUIET, Spot

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class OwnCase:
    """One file: what must be said of it, and the lines that may be named."""

    path: Path
    expected: str
    spots: tuple[Spot, ...]

    @property
    def name(self) -> str:
        """Such as "leaky/listener_list"."""
        return f"{self.path.parent.name}/{self.path.stem}"


def read(path: Path) -> OwnCase:
    """The case of one file.

    Raises:
        ValueError: the docstring has no usable `Expect:`, or a `Line:` that is not in the file.
    """
    source = path.read_text(encoding="utf-8")
    told = ast.get_docstring(ast.parse(source)) or ""
    expected, spots = "", []
    for row in told.splitlines():
        key, _, value = row.partition(": ")
        if key == "Expect":
            expected = value
        elif key == "Line":
            spots.append(Spot(path.name, value))
    if expected not in (LEAK, QUIET) or (expected == LEAK) is not bool(spots):
        raise ValueError(f"{path}: the docstring must say Expect: LEAK and Line:, or not LEAK")
    for spot in spots:
        if source.count(spot.text) < 2:
            raise ValueError(f"{path}: no line reads {spot.text!r}")
    return OwnCase(path, expected, tuple(spots))


def all_cases() -> list[OwnCase]:
    """Every own case, leaks first."""
    files = [*sorted((FOLDER / "leaky").glob("*.py")), *sorted((FOLDER / "clean").glob("*.py"))]
    return [read(path) for path in files]
