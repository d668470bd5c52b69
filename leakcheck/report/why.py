# SPDX-License-Identifier: MIT
"""Who holds what, as `python -m leakcheck why` says it: of a run, of a type, of an object."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from leakcheck.explain.source import Sources
from leakcheck.judge.fingerprint import edge
from leakcheck.report import closing
from leakcheck.report.holding import holding, what_to_do
from leakcheck.report.places import COMMAND, Painter
from leakcheck.report.terminal import headline, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from leakcheck.model import Holding, Result, Survivor
    from leakcheck.report.places import Style

_WAYS: Final = 20
"""Ways that are shown; objects of one type are seldom held in more."""


def of_run(result: Result, *, target: str, root: Path, style: Style) -> str:
    """Who holds what grew in the runs of a function, without a newline at its end.

    Args:
        result: what a check of it found.
        target: its name, as one writes it on the command line.
        root: the project's folder.
        style: colours, characters, how much.
    """
    if not result.verdict.leaks:
        said = render(result, test=target, root=root, reproduce="", style=style, advice=COMMAND)
        return f"{said}\n  held by    nobody: nothing is known to stay"
    painter = Painter(root, style, Sources())
    return "\n".join(line.rstrip() for line in _of_leak(painter, result, target))


def of_objects(held: Sequence[Holding], *, what: str, alive: int, root: Path, style: Style) -> str:
    """Who holds each of these, those that are held alike said once.

    Args:
        held: as `leakcheck.holders` gives them.
        what: what was asked for.
        alive: how many there are; more than `held` where not all were looked at.
        root: the project's folder.
        style: colours, characters, how much.
    """
    painter = Painter(root, style, Sources())
    return "\n".join(line.rstrip() for line in _of_objects(painter, held, what, alive))


def _of_leak(painter: Painter, result: Result, target: str) -> Iterator[str]:
    yield headline(painter, result, target)
    said = list(holding(painter, result))
    yield from said
    ways = [one.path for one in result.containers] + [one.path for one in result.survivors]
    known = bool(result.cache or result.probe) or any(one.native for one in result.survivors)
    if not any(ways) and not known:
        yield "  held by    no holder was found: what stays is not known to the cycle collector,"
        yield "             such as strings, numbers and memory of native code"
    for kept in sorted(result.survivors, key=_nearest):
        line = f"{painter.line(kept.path)}: {kept.count:,} {painter.line(kept.type)} in "
        if kept.path and not any(line in one for one in said):
            yield f"  stays      {line}{kept.runs:,} runs"
    yield from what_to_do(painter, result)
    yield from closing.fingerprint(result)
    yield f"  lines      {painter.line(shlex.join(['python', '-m', 'leakcheck', 'run', target]), 1000)}"


def _nearest(kept: Survivor) -> tuple[int, str]:
    """For the order: what is near to the container first, the same in each process."""
    way = edge(kept.path)
    return len(way), way


def _of_objects(painter: Painter, held: Sequence[Holding], what: str, alive: int) -> Iterator[str]:
    if not held:
        yield f"{painter.tint(painter.line(what), 'strong')}  no object of it is alive"
        return
    objects = "1 object" if alive == 1 else f"{alive:,} objects"
    looked = "" if alive == len(held) else f", of which {len(held):,} were looked at"
    yield f"{painter.tint(painter.line(what), 'strong')}  {objects}{looked}"
    ways: dict[tuple[str, str], list[Holding]] = {}
    for one in held:
        ways.setdefault((one.type, edge(one.path)), []).append(one)
    ranked = sorted(ways.values(), key=lambda alike: (not alike[0].path, -len(alike)))
    for alike in ranked[:_WAYS]:
        yield from _way(painter, alike)
    if len(ranked) > _WAYS:
        yield f"  and {len(ranked) - _WAYS:,} more ways"


def _way(painter: Painter, alike: Sequence[Holding]) -> Iterator[str]:
    """One way that leads to objects of one type."""
    first = alike[0]
    count = f"{len(alike):,} {painter.line(first.type)}"
    if first.path:
        others = "" if len(alike) == 1 else f" and {len(alike) - 1:,} alike"
        yield f"  held by    {painter.line(first.path)}{others}: {count}"
    else:
        yield f"  no way     from a module, a thread or a running function: {count}"
    native = [one.native for one in alike if one.native]
    if native:
        references = "a reference" if set(native) == {1} else f"{min(native)} or more references"
        yield f"  native     {references} to {len(native):,} of them held by native code"
