# SPDX-License-Identifier: MIT
"""The way to what grows is painted with carets under the step into it."""

from __future__ import annotations

import pytest

from leakcheck.model import Container


def shown(project, path, **style):
    held = Container("list", path, "app", 3, 19, runs=16)
    lines = project.render(project.leak(containers=(held,)), **style).splitlines()
    at = next(
        place for place, line in enumerate(lines) if line.startswith(("  held", "  retained"))
    )
    return lines[at], lines[at + 1]


@pytest.mark.parametrize(
    ("path", "edge"),
    [
        ("app.BUS.handlers", "handlers"),
        ("app.BUS['größe']", "['größe']"),
        ("fixture `db` (session)", "db"),
    ],
)
def test_the_growing_edge_is_underlined(project, path, edge):
    line, carets = shown(project, path)
    assert line.endswith(f"{path}: list, +1 a run, 3 → 19 entries")
    start = carets.index("^")
    assert line[start : start + len(edge)] == edge
    assert carets == " " * start + "^" * len(edge)


def test_a_wide_or_escaped_path_keeps_its_carets(project):
    line, carets = shown(project, "app.BUS.名前")
    assert carets.endswith(" ^^^^")
    line, carets = shown(project, "app.BUS.größe", unicode=False)
    start = carets.index("^")
    assert line[start : start + carets.count("^")] == "gr\\xf6\\xdfe"


def test_a_path_too_long_for_the_line_shows_its_end(project):
    line, carets = shown(project, "app" + ".following" * 40 + ".handlers")
    start = carets.index("^")
    assert line[start : start + 8] == "handlers"
    assert "…" in line
