# SPDX-License-Identifier: MIT
"""What stays behind is said by type; what native code holds with the line that calls it."""

from __future__ import annotations

from leakcheck.model import Container, Count, Metric, Survivor

LABELS = ("  native", "  ring", "  held by", "  kept", "             called", "             from")


def lines(project, *survivors, sites=(), **more):
    shown = project.render(project.leak(*sites, survivors=survivors, **more))
    return [line for line in shown.splitlines() if line.startswith(LABELS)]


def survivor(kind="app.Thing", **more):
    values = {"count": 9, "runs": 9, "path": "", "module": "", "native": 0}
    return Survivor(type=kind, **values | more)


def test_native_code_is_said_with_the_line_that_calls_it_and_the_projects(project):
    inside = project.frame("/v/lib/python3.13/site-packages/lib/core.py", "load", 2)
    site = project.site(project.test_first, inside)
    lost = survivor("list", native=1, frame=inside)
    assert lines(project, lost, sites=[site]) == [
        "  native     1 reference to each of 9 list held by native code: missing Py_DECREF?",
        "             called at lib/core.py:2 in load",
        "             from tests/test_app.py:5 in test_first: cache.serve(1)",
        "  kept       9 list",
    ]


def test_the_projects_own_line_is_said_once(project):
    site = project.site(project.test_first)
    lost = survivor("list", native=2, frame=project.test_first)
    told = lines(project, lost, sites=[site])
    assert told[0].startswith("  native     2 references to each of 9 list")
    assert [line.split()[0] for line in told] == ["native", "called", "kept"]


def test_a_type_that_is_told_by_the_first_words_is_said_to_be(project):
    told = lines(project, survivor("bytes", native=1, listed=False))
    assert "nothing leads to them; the type is that of their first words" in told[0]


def test_a_type_that_hides_its_references_is_named_instead_of_a_lost_one(project):
    told = lines(project, survivor(native=1, by="lib.Iterator"))
    assert told[0].endswith(
        "by lib.Iterator, which shows the cycle collector nothing (tp_traverse)"
    )
    assert "Py_DECREF" not in told[0]


def test_a_ring_is_called_one(project):
    told = lines(project, survivor(ring=True), survivor("dict", ring=True, listed=False))
    assert told[0].endswith("could not take them apart")
    assert told[1].endswith("the cycle collector does not know them")


def test_a_way_is_said_where_no_container_shows_it(project):
    way = survivor(path="app.BUS.items[3].thing", module="app")
    assert lines(project, way)[0] == ("  held by    app.BUS.items[3].thing: 9 app.Thing in 9 runs")
    held = Container("list", "app.BUS.items", "app", 3, 12, runs=9)
    assert "thing" not in "".join(lines(project, way, containers=(held,)))
    other = Container("list", "app.LOG", "app", 3, 12, runs=9)
    assert "app.BUS.items[3].thing" in "".join(lines(project, way, containers=(other,)))


def test_types_are_counted_with_an_example_and_blocks_without_an_object(project):
    told = lines(
        project,
        survivor("str", example="'a\\nb'"),
        survivor("str", count=3),
        survivor(),
        unowned=12,
    )
    counts = "9 app.Thing, 12 str (such as 'a\\nb')"
    assert told == [f"  kept       {counts}; 12 blocks belong to no object that could be found"]
    assert lines(project, unowned=1) == [
        "  kept       1 block belongs to no object that could be found"
    ]


def test_a_count_that_grows_is_said_with_the_name_of_the_object_and_the_line(project):
    one = Count("numpy.dtype", "app.DT", "app", 30, 46, 16, project.test_first)
    other = Count("app.Kind", "", "", 5, 21, 16, None)
    shown = project.render(project.leak(metric=Metric.COUNTS, counts=(one, other))).splitlines()
    assert shown[0].startswith("LEAK  x.py::t  +1 reference count/run")
    assert shown[1] == (
        "  counts     app.DT (numpy.dtype): +1 a run, 30 → 46 references, "
        "held by native code: missing Py_DECREF?"
    )
    assert shown[2].startswith("             called at tests/test_app.py:5 in test_first")
    assert shown[3].startswith("  counts     an object (app.Kind): +1 a run, 5 → 21 references")
