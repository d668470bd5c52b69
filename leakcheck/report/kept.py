# SPDX-License-Identifier: MIT
"""The lines of a report that say what stayed behind, by type, and what native code holds of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakcheck.judge.sites import project_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.model import Frame, Result, Survivor
    from leakcheck.report.places import Painter

SHOWN: Final = 2
"""Holders of each kind."""
HELD_BY: Final = "  held by    "
_TYPES: Final = 4


def survivors(painter: Painter, result: Result) -> Iterator[str]:
    """What stayed behind: what native code holds, rings, and ways that no container shows."""
    yield from _counts(painter, result)
    told = 0
    shown = [one.path for one in result.containers[:SHOWN] if one.path]
    for kept in result.survivors:
        if told == SHOWN:
            break
        if kept.native:
            yield f"  native     {painter.line(_native(kept), 400)}"
            yield from _called(painter, result, kept)
        elif kept.ring:
            yield f"  ring       {painter.line(_ring(kept), 400)}"
        elif kept.path and "." in kept.type and not any(map(kept.path.startswith, shown)):
            shown.append(kept.path)
            runs = f"{kept.count:,} {painter.line(kept.type)} in {kept.runs:,} runs"
            yield f"{HELD_BY}{painter.line(kept.path)}: {runs}"
        else:
            continue
        told += 1
    if result.survivors or result.unowned:
        yield f"  kept       {painter.line(_kept(result), 400)}"


def _counts(painter: Painter, result: Result) -> Iterator[str]:
    """Objects that are there already and are referred to more often after each run."""
    for one in result.counts[:SHOWN]:
        what = f"{one.path or 'an object'} ({one.type})"
        count = f"+{one.rate:.3g} a run, {one.before:,} {painter.arrow} {one.after:,} references"
        line = f"{what}: {count}, held by native code: missing Py_DECREF?"
        yield f"  counts     {painter.line(line, 400)}"
        if one.frame is not None:
            yield f"             called at {_line(painter, one.frame)}"


def _kept(result: Result) -> str:
    """Such as "57 app.Session, 57 dict; 12 blocks belong to no object that could be found"."""
    counts: dict[str, int] = {}
    examples: dict[str, str] = {}
    for one in result.survivors:
        counts[one.type] = counts.get(one.type, 0) + one.count
        examples.setdefault(one.type, one.example)
    most = sorted(counts, key=lambda one: ("." not in one, -counts[one], one))[:_TYPES]
    told = ", ".join(
        f"{counts[one]:,} {one}" + (f" (such as {examples[one]})" if examples[one] else "")
        for one in most
    )
    if not result.unowned:
        return told
    blocks = "1 block belongs" if result.unowned == 1 else f"{result.unowned:,} blocks belong"
    return "; ".join(one for one in (told, f"{blocks} to no object that could be found") if one)


def _called(painter: Painter, result: Result, kept: Survivor) -> Iterator[str]:
    """The line that calls native code, and the project's line that leads there."""
    site = next((one for one in result.sites if one.leaf == kept.frame), None)
    if site is None or kept.frame is None or not kept.frame.file:
        return
    own = project_frame(site, painter.root)
    yield f"             called at {_line(painter, kept.frame)}"
    if own is not None and own != kept.frame:
        yield f"             from {_line(painter, own)}"


def _line(painter: Painter, frame: Frame) -> str:
    text = painter.line(painter.sources.text(frame) or "", 100)
    return f"{painter.where(frame)}{': ' if text else ''}{text}"


def _ring(kept: Survivor) -> str:
    """What keeps itself."""
    what = f"{kept.count:,} {kept.type} and what they hold refer only to each other"
    if kept.listed:
        return f"{what}; the cycle collector could not take them apart"
    return f"{what}, and the cycle collector does not know them"


def _native(kept: Survivor) -> str:
    """What nothing that Python sees accounts for."""
    references = "1 reference" if kept.native == 1 else f"{kept.native} references"
    what = f"{references} to each of {kept.count:,} {kept.type} held by native code"
    if kept.by:
        return f"{what}: by {kept.by}, which shows the cycle collector nothing (tp_traverse)"
    if not kept.listed:
        what += " (nothing leads to them; the type is that of their first words)"
    return f"{what}: missing Py_DECREF?"
