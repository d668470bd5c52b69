# SPDX-License-Identifier: MIT
"""Whether what a check said of a case is right: pure functions over plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.corpus.cases import EITHER, LEAK, QUIET

if TYPE_CHECKING:
    from tests.corpus.cases import Spot


@dataclass(frozen=True, slots=True)
class Outcome:
    """One cell judged.

    Attributes:
        verdict: what leakcheck said, or "crash", "timeout", "not run".
        right: the verdict is the expected one; None when the row is only shown.
        line: a growing site's traceback passes through a right line; None unless LEAK and
            right lines are known.
        top: likewise for the first site alone, by its allocating frame or its last frame in
            the scenario.
        note: why, in a few words.
    """

    verdict: str
    right: bool | None
    line: bool | None
    top: bool | None
    note: str


def matches(frame: dict[str, Any], spot: Spot) -> bool:
    """The frame stands on the spot: same file (by its last parts) and same text or line."""
    file = str(frame["file"]).replace("\\", "/")
    if spot.file and file != spot.file and not file.endswith("/" + spot.file):
        return False
    if spot.line:
        return int(frame["line"]) == spot.line
    return " ".join(spot.text.split()) in " ".join(str(frame["text"]).split())


def _any(frames: list[dict[str, Any]], spots: tuple[Spot, ...]) -> bool:
    return any(matches(frame, spot) for frame in frames for spot in spots)


def named(told: dict[str, Any]) -> list[dict[str, Any]]:
    """What the report points at: lines that leave a reference behind, then sites of blocks."""
    return [{"grows": True, "frames": [frame]} for frame in told.get("counts", ())] + told["sites"]


def line_right(sites: list[dict[str, Any]], spots: tuple[Spot, ...]) -> bool:
    """Some growing site's traceback passes through a right line."""
    return any(site["grows"] and _any(site["frames"], spots) for site in sites)


def top_right(sites: list[dict[str, Any]], spots: tuple[Spot, ...], project: str) -> bool:
    """The first site's allocating frame, or its last frame in the project's file, is right."""
    if not sites or not sites[0]["grows"]:
        return False
    frames = sites[0]["frames"]
    own = [frame for frame in frames if str(frame["file"]).endswith("/" + project)]
    return _any([frames[-1], *own[-1:]], spots)


def judge(
    told: dict[str, Any], expected: str, spots: tuple[Spot, ...], project: str = "scenario.py"
) -> Outcome:
    """The outcome of one cell from what the child wrote, or from its failure."""
    if "verdict" not in told:
        note = str(told.get("error", "no answer"))
        verdict = str(told.get("state", "crash"))
        return Outcome(verdict, None if verdict == "not run" else False, None, None, note)
    verdict = str(told["verdict"])
    leaks = verdict in ("leak", "unbounded cache")
    right = {LEAK: leaks, QUIET: not leaks, EITHER: None}[expected]
    if expected == QUIET and verdict == "not measured":
        right = False
    line = top = None
    if leaks and spots and expected != QUIET:
        sites = named(told)
        line = line_right(sites, spots)
        top = top_right(sites, spots, project)
    note = "" if right and verdict in ("leak", "clean", "cache") else str(told["reason"])
    return Outcome(verdict, right, line, top, note)
