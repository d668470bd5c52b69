# SPDX-License-Identifier: MIT
"""What was opened is said in its own units, with the line that opened it and the project's."""

from __future__ import annotations

from leakcheck.model import Metric, Opened, Probed

PROBES = (
    Probed("children", "child process", "child processes"),
    Probed("descriptors", "descriptor", "descriptors"),
)


def lines(project, *opened, **more):
    values = {"probes": PROBES, "metric": Metric.PROBE, "probe": "descriptors"} | more
    shown = project.render(project.leak(opened=opened, **values)).splitlines()
    return [line for line in shown if line.startswith(("LEAK", "  opened", "             "))]


def test_the_units_are_those_of_the_probe_and_the_lines_are_quoted(project):
    one = Opened("descriptors", 32, 16, (project.test_first, project.made), ("/srv/a", "pipe:[1]"))
    two = Opened("children", 8, 16, (project.test_first,), ())
    head, *told = lines(project, one, two)
    assert "  +1 descriptor/run" in head
    assert told == [
        "  opened     +2 descriptors/run, 32 in 16 runs, such as /srv/a, pipe:[1]",
        "             at app/cache.py:6 in serve: _CACHE[request_id] = bytes(1024)",
        "             from tests/test_app.py:5 in test_first: cache.serve(1)",
        "  opened     about +0.5 child processes/run, 8 in 16 runs",
        "             at tests/test_app.py:5 in test_first: cache.serve(1)",
    ]


def test_of_a_line_that_is_not_the_projects_the_way_to_it_is_said(project):
    inside = project.frame("/v/lib/python3.13/site-packages/lib/core.py", "load", 2)
    _, *told = lines(project, Opened("descriptors", 16, 16, (project.test_first, inside), ()))
    assert told[1:] == [
        "             at lib/core.py:2 in load",
        "             from tests/test_app.py:5 in test_first: cache.serve(1)",
    ]


def test_of_a_long_way_the_nearest_steps_are_said_and_the_nearest_of_the_project(project):
    far = [
        project.frame(f"/v/lib/python3.13/site-packages/lib/c{at}.py", "f", 2) for at in range(6)
    ]
    way = (project.test_second, project.test_first, *far)
    _, *told = lines(project, Opened("descriptors", 16, 16, way, ()))
    assert [line.split()[1].partition(":")[0] for line in told[1:]] == [
        *("lib/c5.py", "lib/c4.py", "lib/c3.py", "lib/c2.py"),
        "tests/test_app.py",
    ]


def test_where_no_line_is_known_that_is_said(project):
    _, *told = lines(project, Opened("descriptors", 16, 16, (), ("socket",)))
    assert told[1:] == ["             no line of the thread that runs the test opened it"]


def test_a_name_of_a_file_can_not_move_the_cursor(project):
    one = Opened("descriptors", 16, 16, (project.test_first,), ("/srv/\x1b[2J\n",))
    assert lines(project, one)[1].endswith("such as /srv/\\x1b[2J")


def test_the_units_of_a_probe_are_spelled_as_the_terminal_can_show_them(project):
    probes = (Probed("dev", "slot\x1b[2J", "Gerät\n"),)
    result = project.leak(rate=2.0, probes=probes, metric=Metric.PROBE, probe="dev")
    shown = project.render(result, unicode=False)
    assert "+2 Ger\\xe4t/run" in shown.split("\n", maxsplit=1)[0]
    assert shown.isascii()
