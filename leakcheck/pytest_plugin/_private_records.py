# SPDX-License-Identifier: MIT
"""The lists that pytest keeps of each test and of each report until the session ends.

Nothing that a repeated run adds to those of its own test stays: see `_private_state.Kept`. Others
are of tests that have ended, or have not begun.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


def of_report(report: object) -> list[object]:
    """The lists of one report, with those of the result that it carries."""
    found: Any = getattr(report, "leakcheck", None) or {}
    return [
        getattr(report, "sections", None),
        getattr(report, "user_properties", None),
        getattr(report, "leakcheck_standing", None),
        *found.values(),
        *(reading["probes"] for reading in found.get("readings", ())),
    ]


def of_session(session: pytest.Session) -> list[object]:
    """The lists of all tests, and of all reports that the terminal keeps for its summary."""
    found: list[object] = []
    for item in session.items:
        found += _of_item(item)
    for report in _kept(session.config):
        found += of_report(report)
    return found


def _of_item(item: Any) -> tuple[object, ...]:
    spec = getattr(item, "callspec", None)
    return (
        item.own_markers,
        item.user_properties,
        getattr(item, "fixturenames", None),
        getattr(item, "_report_sections", None),
        getattr(spec, "_idlist", None),
        getattr(spec, "marks", None),
    )


def _kept(config: pytest.Config) -> Iterator[object]:
    terminal: Any = config.pluginmanager.getplugin("terminalreporter")
    for reports in list(getattr(terminal, "stats", {}).values()):
        for report in reports:
            if isinstance(report, pytest.TestReport):
                yield report
