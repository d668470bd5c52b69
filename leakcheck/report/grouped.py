# SPDX-License-Identifier: MIT
"""The leaks of a session, each said once for all tests that show it, from results in basic types."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from leakcheck.judge.sites import installed_path
from leakcheck.judge.takers import taker
from leakcheck.judge.whose import in_words
from leakcheck.model import Frame, NativeFrame, Owner, Whose
from leakcheck.report import native

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Answer = dict[str, Any]
    Test = tuple[str, Answer]


def is_known(answer: Answer) -> bool:
    """The leak is a known one of the interpreter, which fails no test."""
    return bool((answer["whose"] or {}).get("known"))


def by_cause(leaks: Iterable[Test]) -> list[list[Test]]:
    """Leaking tests that share a cause together: what grows most first, known leaks last.

    Args:
        leaks: node ids with their results, in the order of the run.
    """
    groups: dict[str, list[Test]] = {}
    for nodeid, answer in leaks:
        groups.setdefault(answer["fingerprint"] or nodeid, []).append((nodeid, answer))
    return sorted(
        groups.values(), key=lambda tests: (is_known(tests[0][1]), -_growth(tests), -len(tests))
    )


def lines(groups: Sequence[Sequence[Test]]) -> Iterator[str]:
    """What to read of each group.

    Args:
        groups: as `by_cause` gives them.
    """
    every = sum(_growth(tests) for tests in groups if not is_known(tests[0][1]))
    for tests in groups:
        first, answer = tests[0]
        known = is_known(answer)
        head = f"{first}, {_rate(answer)}"
        if len(tests) > 1:
            head = f"same leak in {len(tests)} tests, first {first}, {_rate(answer)} there"
        if known:
            yield f"KNOWN {head}: {answer['whose']['known']}"
            continue
        name = f"{answer['fingerprint']} " if answer["fingerprint"] else ""
        yield f"{_standing(tests)}{answer['verdict'].upper()} {name}{head}: {_whose(answer)}"
        yield from _where(answer)
        if len(groups) > 1 and every > 0:
            yield f"  {_growth(tests) / every:.0%} of all growth"


def _standing(tests: Sequence[Test]) -> str:
    """Such as "NEW ", where leaks are held against a list of known ones."""
    found = next((answer for _, answer in tests if answer.get("standing")), None)
    if found is None:
        return ""
    note = f" ({found['note']})" if found["note"] else ""
    return f"{found['standing'].upper()}{note} "


def _growth(tests: Sequence[Test]) -> float:
    """Growth a run in all tests, as far as it is this cause's."""
    return sum(float(answer["rate"]) * _share(answer) for _, answer in tests)


def _share(answer: Answer) -> float:
    """The part of what a test keeps that is the container's which its cause names."""
    return next((float(one["share"]) for one in answer["containers"] if one["path"]), 1.0)


def _rate(answer: Answer) -> str:
    number = f"{answer['rate']:.3g}"
    return f"{number} {units(answer)[number != '1']} a run"


def units(answer: Answer) -> tuple[str, str]:
    """What one and what several of what was decided by are called."""
    for one in answer["probes"]:
        if one["name"] == answer["probe"]:
            return one["unit"], one["units"]
    several = answer["metric"] or "blocks"
    return several.removesuffix("s"), several


def _whose(answer: Answer) -> str:
    owner = answer["whose"]
    return in_words(Whose(**{**owner, "owner": Owner(owner["owner"])})) if owner else ""


def _where(answer: Answer) -> Iterator[str]:
    """The allocating line and the holder."""
    held = next((one["path"] for one in answer["containers"] if one["path"]), "")
    growing = next((site for site in answer["sites"] if site["grows"]), None)
    if growing is not None:
        leaf = growing["frames"][-1]
        text = f"  {growing['statement']}" if growing.get("statement") else ""
        if leaf["file"]:
            yield f"  allocated at {_short(leaf['file'])}:{leaf['line']}{text}"
        taken = taker([NativeFrame(**one) for one in growing["native_frames"]])
        if taken is not None:
            yield f"  taken by {native.in_words(taken)}"
    for one in answer["opened"][:1]:
        if one["frames"] and answer["probe"]:
            leaf = one["frames"][-1]
            yield f"  opened at {_short(leaf['file'])}:{leaf['line']}"
    for one in answer["counts"][:1]:
        line = f", by {_short(one['frame']['file'])}:{one['frame']['line']}" if one["frame"] else ""
        yield f"  references lost to {one['path'] or one['type']}{line}"
    if answer["cache"] or held:
        by_fixture = held.startswith("fixture ") and not answer["cache"]
        yield f"  {'retained' if by_fixture else 'held'} by {answer['cache'] or held}"


def _short(file: str) -> str:
    frame = Frame(file, "", 1)
    return installed_path(frame) or os.path.relpath(file)
