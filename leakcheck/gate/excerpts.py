# SPDX-License-Identifier: MIT
"""The lines of source around what leaks, kept in the file so that it can be shown without them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from leakcheck.explain.source import Sources
from leakcheck.judge.leaking import leaking_sites
from leakcheck.judge.sites import is_harness, relative

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from leakcheck.gate.session import Tested

AROUND: Final = 3
"""Lines shown before and after a line of the project."""
MOST_LINES: Final = 20_000
"""Kept in one file, so that a suite of leaks does not copy its sources into it."""
MOST_CHARACTERS: Final = 400


def excerpts(tests: Iterable[Tested], root: Path) -> dict[str, dict[int, str]]:
    """File -> line -> text for the frames of the leaks among the tests.

    Args:
        tests: with files named from root.
        root: the project's folder.
    """
    sources = Sources()
    found: dict[str, dict[int, str]] = {}
    count = 0
    for one in tests:
        if one.result is None or not one.result.verdict.leaks:
            continue
        for site in (*one.result.sites, *leaking_sites(one.result)):
            for frame in site.frames:
                if is_harness(frame):
                    continue
                ours = relative(frame.file, root) is not None
                there = replace(frame, file=str(root / frame.file)) if ours else frame
                lines = sources.lines(there, AROUND if ours else 0)
                kept = found.setdefault(frame.file, {}) if lines else {}
                for number, text in lines.items():
                    if number not in kept and count < MOST_LINES:
                        kept[number] = text[:MOST_CHARACTERS]
                        count += 1
    return found
