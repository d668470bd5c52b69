# SPDX-License-Identifier: MIT
"""The way to a holder as steps, for a drawing of boxes and arrows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakcheck.report.edges import growing_edge

if TYPE_CHECKING:
    from leakcheck.model import Container, Result, Survivor

_TEXT: Final = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_STEP: Final = re.compile(
    rf"""
        \.__(?:closure|kwdefaults|dict|defaults)__\[(?:{_TEXT}|[^\]'"]*)\]
      | \.<[^>]*>
      | \.[^\W\d]\w*
      | \[(?:{_TEXT}|[^\]'"]*)\]
      | \{{\.\.\.\}}
    """,
    re.VERBOSE,
)
MOST_STEPS: Final = 40
"""Of a longer way the middle is one step."""
SHOWN: Final = 4
"""Holders that are drawn."""
_WHOLE: Final = 0.995


@dataclass(frozen=True, slots=True)
class Step:
    """One box.

    Attributes:
        text: a part of the path; the parts together are the path.
        grows: it leads into the container that grows.
    """

    text: str
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """One way to something that grows, or to what stayed.

    Attributes:
        path: the whole way.
        steps: its parts, from where the program begins.
        text: what is at its end, and by how much it grew.
    """

    path: str
    steps: tuple[Step, ...]
    text: str


def holders(result: Result) -> tuple[Holder, ...]:
    """The containers that grow, those with a way to them; else the ways to what stayed."""
    found = [
        Holder(one.path, steps(one.path, one.module), _container(one))
        for one in result.containers
        if one.path
    ] or [
        Holder(one.path, steps(one.path, one.module), _survivor(one))
        for one in result.survivors
        if one.path and "." in one.type
    ]
    return tuple(found[:SHOWN])


def steps(path: str, module: str) -> tuple[Step, ...]:
    """A path in parts.

    Args:
        path: as a container has it.
        module: that it starts from; the name of a module is one part.
    """
    start, end = growing_edge(path)
    dotted = start - 1 if start and path[start - 1] == "." else start
    head, edge, tail = path[:dotted], path[dotted:end], path[end:]
    parts = [Step(one) for one in _parts(head, module)]
    if len(parts) > MOST_STEPS:
        half = MOST_STEPS // 2
        middle = "".join(one.text for one in parts[half:-half])
        parts[half:-half] = [Step(middle)]
    parts.append(Step(edge, grows=True))
    if tail:
        parts.append(Step(tail))
    return tuple(parts)


def _parts(head: str, module: str) -> list[str]:
    at = len(module) if module and re.match(re.escape(module) + r"(?![\w])", head) else 0
    parts = [head[:at]] if at else []
    loose = ""
    while at < len(head):
        found = _STEP.match(head, at)
        if found is None or not (parts or loose):
            # What is no step belongs to the root, or to the step before it.
            loose += head[at]
            at += 1
            continue
        if loose:
            parts.append(loose)
            loose = ""
        parts.append(found[0])
        at = found.end()
    return [*parts, loose] if loose else parts


def _container(one: Container) -> str:
    growth = "" if one.rate is None else f"{one.rate:+.3g} a run, "
    share = f", {one.share:.0%} of what stayed" if one.share < _WHOLE else ""
    return f"{one.type}, {growth}{one.before:,} → {one.after:,} entries{share}"


def _survivor(one: Survivor) -> str:
    return f"{one.count:,} {one.type} in {one.runs:,} runs"
