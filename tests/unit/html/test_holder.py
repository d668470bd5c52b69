# SPDX-License-Identifier: MIT
"""A way to a holder falls into parts, and no part of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.html.holder import MOST_STEPS, holders, steps
from leakcheck.model import Container, Survivor
from tests.unit.made_sessions import leak


def texts(path, module=""):
    return [one.text for one in steps(path, module)]


@pytest.mark.parametrize(
    ("path", "module", "parts"),
    [
        ("app.bus.BUS.handlers", "app.bus", ["app.bus", ".BUS", ".handlers"]),
        ("leak._CACHE", "leak", ["leak", "._CACHE"]),
        ("app.X['a.b'].rows[3]", "app", ["app", ".X", "['a.b']", ".rows", "[3]"]),
        ("fixture `log` (session).events", "", ["fixture `log` (session)", ".events"]),
        (
            "app.f.__closure__['cell'].items",
            "app",
            ["app", ".f", ".__closure__['cell']", ".items"],
        ),
        ("app.bus2.X", "app.bus", ["app", ".bus2", ".X"]),
    ],
)
def test_each_step_is_a_part(path, module, parts):
    assert texts(path, module) == parts


def test_the_step_into_the_container_grows_and_no_other():
    found = steps("app.bus.BUS.handlers", "app.bus")
    assert [one.grows for one in found] == [False, False, True]


@given(st.text(max_size=60), st.text(max_size=8))
def test_the_parts_together_are_the_path(path, module):
    found = steps(path, module)
    assert "".join(one.text for one in found) == path
    assert sum(one.grows for one in found) == 1


def test_of_a_long_way_the_middle_is_one_part():
    path = "app" + ".next" * 1000
    found = steps(path, "app")
    assert len(found) <= MOST_STEPS + 2
    assert "".join(one.text for one in found) == path


def test_a_container_says_its_type_growth_and_entries():
    (found,) = holders(leak())
    assert found.text == "list, +1 a run, 100 → 116 entries"


def test_a_share_is_said_where_it_is_not_all():
    made = leak(containers=(Container("dict", "app.X", "app", 1, 9, None, 8, share=0.25),))
    assert holders(made)[0].text.endswith("entries, 25% of what stayed")


def test_without_a_container_the_way_to_what_stayed_is_drawn():
    kept = Survivor("app.Session", 57, 57, "app.LAST.session", "app", 0)
    (found,) = holders(leak(containers=(), survivors=(kept,)))
    assert (found.path, found.text) == ("app.LAST.session", "57 app.Session in 57 runs")


def test_a_container_without_a_way_is_not_drawn():
    assert holders(leak(containers=(Container("list", "", "", 1, 2),))) == ()
