# SPDX-License-Identifier: MIT
"""A result becomes what pytest understands: a failure, a report's text, basic types."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from leakcheck.api import identified
from leakcheck.explain.source import Sources
from leakcheck.judge.leaking import leaking_sites
from leakcheck.judge.sites import installed_path, project_frame, relative
from leakcheck.judge.whose import whose
from leakcheck.pytest_plugin._private import Failure, FindingRepr
from leakcheck.pytest_plugin._private_doctest import finding_options
from leakcheck.pytest_plugin.reproducing import reproduce
from leakcheck.report.grouped import units
from leakcheck.report.jsonfile import to_dict
from leakcheck.report.places import PYTEST
from leakcheck.report.terminal import Style, render

if TYPE_CHECKING:
    from pathlib import Path

    from leakcheck.model import Frame, Result
    from leakcheck.pytest_plugin.known import Stand
    from leakcheck.pytest_plugin.select import Choice


DOCTEST: Final = replace(PYTEST, accept="")
"""Advice for a doctest, which has no place for a marker."""


class LeakDetected(Failure):
    """A test that passed leaks, or may leak under strict rules; the message is the report.

    Attributes:
        result: what was measured.
        choice: how it was asked for.
        stands: how the leak stands to what is known.
    """

    def __init__(self, item: pytest.Item, result: Result, choice: Choice, stands: Stand) -> None:
        super().__init__(_text(item, result, choice, stands, color=False), pytrace=False)
        self.result = result
        self.choice = choice
        self.stands = stands


def judged(result: Result, item: pytest.Item, causes: dict[str, str]) -> Result:
    """The result with whose the leak is, its cause, and where that was seen first.

    Args:
        result: what was measured; anything but a leak comes back as it is.
        item: the test.
        causes: the session's causes with the first test of each; a new one is added.
    """
    if not result.verdict.leaks:
        return result
    root = item.config.rootpath
    result = identified(result, root)
    cause = result.cause
    first = causes.setdefault(cause, item.nodeid) if cause else item.nodeid
    return replace(
        result,
        whose=whose(result, root),
        first_in="" if first == item.nodeid else first,
    )


def as_basic_types(result: Result) -> dict[str, Any]:
    """The result for the report, which may travel to another process: basic types only."""
    sources = Sources()

    def statement(frame: Frame) -> str | None:
        return sources.text(frame)

    return to_dict(result, source=statement)


def properties(found: dict[str, Any]) -> list[tuple[str, object]]:
    """What a JUnit report says of a result, from its basic types."""
    told: list[tuple[str, object]] = [("leakcheck.verdict", found["verdict"])]
    if found["fingerprint"]:
        told.append(("leakcheck.fingerprint", found["fingerprint"]))
        told.append(("leakcheck.rate", f"{found['rate']:.3g} {units(found)[1]} a run"))
    return told


def finding(item: pytest.Item, failure: LeakDetected) -> FindingRepr:
    """The text of the failure, and the line of the project to point at."""
    result, choice, stands = failure.result, failure.choice, failure.stands
    file, line = str(item.path), (item.location[1] or 0) + 1
    where = ""
    frame = _foremost(result, item.config.rootpath)
    if frame is not None and frame.file:
        file, line = frame.file, frame.line
        where = f" at {_relative(item, frame)}:{frame.line}"
    if result.verdict.leaks:
        rate = f"{result.rate:.3g}"
        summary = f"leaks {rate} {result.units[rate != '1']} a run{where}"
    else:
        summary = f"inconclusive: {result.reason}"
    return FindingRepr(
        str(failure),
        lambda color: _text(item, result, choice, stands, color=color),
        summary,
        (file, line),
    )


def _foremost(result: Result, root: Path) -> Frame | None:
    """The line to point at: the project's in the first growing site that has one.

    Where references are lost, which no site shows, the line that loses them.
    """
    lost = (one.frame for one in result.counts if one.frame is not None)
    growing = [site for site in leaking_sites(result) if site.grows] or list(result.sites)
    own = (project_frame(site, root) for site in growing)
    leaves = (site.leaf for site in growing)
    found = next((frame for frame in own if frame is not None), next(leaves, None))
    return found if found is not None else next(lost, None)


def _relative(item: pytest.Item, frame: Frame) -> str:
    inside = relative(frame.file, item.config.rootpath)
    return installed_path(frame) or inside or frame.file


def _typed(item: pytest.Item) -> str:
    """The node id as one types it where pytest was started, which need not be the root."""
    started = item.config.invocation_params.dir
    if started == item.config.rootpath:
        return item.nodeid
    path, *rest = item.nodeid.split("::")
    return "::".join([os.path.relpath(item.config.rootpath / path, started), *rest])


def _text(item: pytest.Item, result: Result, choice: Choice, stands: Stand, *, color: bool) -> str:
    encoding = getattr(sys.__stdout__, "encoding", None) or "ascii"
    style = Style(
        color=color,
        unicode=encoding.lower().replace("-", "").startswith("utf"),
        verbose=item.config.get_verbosity() > 0,
    )
    report = render(
        result,
        test=item.nodeid,
        root=item.config.rootpath,
        reproduce=reproduce(_typed(item), choice, result.probe, options=finding_options(item)),
        style=style,
        advice=DOCTEST if isinstance(item, pytest.DoctestItem) else PYTEST,
    )
    return f"{report}\n  {stands.standing}  {stands.note}" if stands.note else report
