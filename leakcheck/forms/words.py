# SPDX-License-Identifier: MIT
"""What every form says of a leak: where it is, and in a few words what it does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from leakcheck.explain.source import Sources
from leakcheck.gate.findings import place
from leakcheck.judge.leaking import leaking_sites
from leakcheck.judge.takers import taker
from leakcheck.judge.whose import in_words
from leakcheck.report.native import from_library
from leakcheck.report.native import in_words as in_words_native
from leakcheck.report.text import one_line

if TYPE_CHECKING:
    from leakcheck.gate.findings import Finding
    from leakcheck.gate.session import Session, Tested
    from leakcheck.model import Frame, Result


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file of the project.

    Attributes:
        path: from the top of the repository, with slashes.
        line: at least 1.
    """

    path: str
    line: int


def where(one: Finding, session: Session, prefix: str) -> Place:
    """The line of the project to point at, else the test's own.

    Args:
        one: a leak.
        session: it is of.
        prefix: the session's root folder from the top of the repository.
    """
    frame = place(one.result, session)
    if frame is None or not is_ours(frame):
        return of_test(one.tests[0], prefix)
    return Place(inside(frame.file, prefix), max(1, frame.line))


def of_test(test: Tested, prefix: str) -> Place:
    """Where a test is defined."""
    return Place(inside(test.file, prefix), max(1, test.line))


def is_ours(frame: Frame) -> bool:
    """The file is named from the root, so it is one of the project's."""
    return bool(frame.file) and not frame.file.startswith(("/", "<"))


def inside(file: str, prefix: str) -> str:
    """A path from the root as one from the top of the repository."""
    return str(PurePosixPath(prefix) / file) if prefix else file


def rate(result: Result) -> str:
    """Such as "2 blocks a run"."""
    number = f"{result.rate:.3g}"
    return f"{number} {result.units[number != '1']} a run"


def held(result: Result) -> str:
    """What keeps the objects; empty where it is not known."""
    return result.cache or next((one.path for one in result.containers if one.path), "")


def taken_by(result: Result) -> str:
    """The native function that took what grows, with its line and library; empty if not known."""
    grown = (taker(one.native_frames) for one in leaking_sites(result) if one.grows)
    frame = next((one for one in grown if one is not None), None)
    if frame is None:
        return ""
    return ", ".join(word for word in (in_words_native(frame), from_library(frame)) if word)


def sources_of(session: Session) -> Sources:
    """Where a form looks up source: what the session kept, and no file of this machine.

    What is on the disk may be of another day, or of another project than the results.
    """
    return Sources(session.sources, closed=True)


def statement(one: Finding, session: Session, sources: Sources) -> str:
    """The statement to point at; empty where it is not known.

    Args:
        one: a leak.
        session: it is of.
        sources: the session's, made once for all of its leaks.
    """
    frame = place(one.result, session)
    if frame is None:
        return ""
    return sources.text(frame) or ""


def standing(one: Finding) -> str:
    """Such as "worse: 1 a run are known, 2 were measured"."""
    return f"{one.standing}: {one.note}" if one.note else str(one.standing)


def tests(one: Finding) -> str:
    """Such as "t.py::a", "t.py::a and 3 more tests"."""
    more = len(one.tests) - 1
    rest = f" and {more} more test{'' if more == 1 else 's'}" if more else ""
    return f"{one.tests[0].nodeid}{rest}"


def lines(one: Finding, session: Session, sources: Sources) -> list[str]:
    """What to read of a leak, a sentence a line, without any character that does more than show."""
    result = one.result
    found = [f"leaks {rate(result)} in {tests(one)}"]
    text = statement(one, session, sources)
    found += [f"{'opened' if result.probe else 'allocated'} by: {text}"] if text else []
    taken = taken_by(result)
    found += [f"taken by: {taken}"] if taken else []
    found += [f"held by: {held(result)}"] if held(result) else []
    found += [f"whose: {in_words(result.whose)}"] if result.whose is not None else []
    found += [f"{one.key}, {standing(one)}"]
    return [one_line(line)[:1000] for line in found]
