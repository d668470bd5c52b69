# SPDX-License-Identifier: MIT
"""The last step of a path is the edge that grows, however it is written."""

from __future__ import annotations

import pytest

from leakcheck.report.edges import growing_edge


@pytest.mark.parametrize(
    ("path", "edge"),
    [
        ("app.bus.BUS.handlers", "handlers"),
        ("app.KEPT", "KEPT"),
        ("app.GROUPS['open']", "['open']"),
        ("app.GROUPS['a.b[1]']", "['a.b[1]']"),
        ("app.GROUPS['it\\'s']", "['it\\'s']"),
        ('app.GROUPS["it\'s"]', '["it\'s"]'),
        ("app.ROWS[12]", "[12]"),
        ("app.GROUPS['open'].rows", "rows"),
        ("app.counter.__closure__[calls]", "__closure__[calls]"),
        ("app.f.__defaults__[0]", "__defaults__[0]"),
        ("app.parse.<cache>", "<cache>"),
        ("app.running.<locals>.rows", "<locals>.rows"),
        ("app.SETS{...}", "{...}"),
        ("app.HEAD(.next)*12", "(.next)*12"),
        ("fixture `db` (session)", "db"),
        ("fixture `db` (session).rows", "rows"),
        ("fixture `db` (session)['rows']", "['rows']"),
        ("local `rows` of main() in thread worker", "rows"),
        ("local `self` of main().rows", "rows"),
        ("atexit callback.__self__", "__self__"),
        ("context in thread MainThread[requests]", "[requests]"),
        ("functions to call after a fork", "functions to call after a fork"),
        ("", ""),
    ],
)
def test_the_edge_is_the_step_into_the_container(path: str, edge: str) -> None:
    start, end = growing_edge(path)
    assert path[start:end] == edge
