# SPDX-License-Identifier: MIT
"""Which object's count grows is told by the name that a module has for it, with the line."""

from __future__ import annotations

import ctypes
import functools
import sys
import types
from typing import Any

import pytest

from leakcheck import check
from leakcheck.measure.counting import CountedObjects, names_in, names_of, namespaces
from leakcheck.model import Metric, Verdict
from tests.unit.unchecked import KEEPS, MEASURES

lose = ctypes.pythonapi.Py_IncRef
lose.argtypes = [ctypes.py_object]
lose.restype = None


class Thing:
    """A type that somebody wrote."""


THING = Thing()


def lose_it(one: object) -> None:
    lose(one)


def in_another_function() -> int:
    one = THING
    pair = [one, one]
    lose_it(one)
    return len(pair)


def in_a_variable() -> None:
    one = THING
    lose(one)


def argument(one: Thing = THING) -> Any:
    held = {"key": one}
    several = [one] * 3
    lose(one)
    del several
    return held


def a_type() -> None:
    lose(Thing)


def generator() -> None:
    def give(one: Thing) -> Any:
        yield one
        lose(one)
        yield one

    for _ in give(THING):
        pass


LINES = {
    in_another_function: (lose_it, 1),
    in_a_variable: (in_a_variable, 2),
    argument: (argument, 3),
    a_type: (a_type, 1),
    generator: (generator, 3),
}


@MEASURES
@pytest.mark.parametrize("body", LINES, ids=lambda body: body.__name__)
def test_the_object_is_named_and_the_line_that_loses_it(body: Any) -> None:
    result = check(body, iterations=48)
    assert (result.verdict, result.metric, result.rate) == (Verdict.LEAK, Metric.COUNTS, 1.0)
    one = result.counts[0]
    name = "Thing" if body is a_type else "THING"
    assert (one.path, one.module, one.rate) == (f"{__name__}.{name}", __name__, 1.0)
    function, line = LINES[body]
    assert one.frame is not None
    assert one.frame.file == __file__
    assert one.frame.line == function.__code__.co_firstlineno + line


@KEEPS
def test_what_is_not_named_is_said_by_its_type_or_not_at_all() -> None:
    found = CountedObjects({"THING": THING}, 1.0)
    assert found.found() == {"counts": (), "sites": ()}
    found.drive(lambda: lose(Thing))
    (one,) = found.counts
    assert (one.path, one.module, one.type) == (f"{__name__}.Thing", "", "type")


def test_where_nothing_grows_no_line_is_looked_for() -> None:
    found = CountedObjects({"THING": THING}, 1.0)
    runs: list[None] = []
    found.drive(lambda: runs.append(None))
    assert found.counts == ()
    assert len(runs) == found.runs // 2


@KEEPS
def test_a_trace_function_of_the_program_is_given_back() -> None:
    def own(*_: object) -> None:
        """Traces nothing."""

    before = sys.gettrace()
    sys.settrace(own)
    try:
        CountedObjects({"THING": THING}, 1.0).drive(in_a_variable)
        assert sys.gettrace() is own
    finally:
        sys.settrace(before)


@KEEPS
def test_closing_in_the_middle_undoes_it() -> None:
    before = sys.gettrace()
    found = CountedObjects({"THING": THING}, 1.0)
    for _ in range(found.next()):
        in_a_variable()
    found.read()
    assert found.next() > 0
    assert sys.gettrace() is not before
    found.close()
    assert sys.gettrace() is before
    assert found.next() == -1


def test_the_names_of_a_function_are_its_modules() -> None:
    class Owner:
        def method(self) -> None:
            """Belongs to this module."""

    mine = sys.modules[__name__].__dict__
    assert names_of(a_type) is mine
    assert names_of(Owner().method) is mine
    assert names_of(functools.partial(functools.partial(a_type))) is mine
    assert names_of(len) is None
    assert names_of(Owner()) is None


def test_modules_that_a_module_imports_are_looked_at_but_those_that_come_with_python() -> None:
    mine, other = types.ModuleType("mine"), types.ModuleType("other")
    mine.other = mine.same = other  # type: ignore[attr-defined]
    mine.sys, mine.pytest = sys, pytest  # type: ignore[attr-defined]
    assert namespaces(names_in(mine)) == (vars(mine), vars(other))
    assert namespaces(None) == ()
    assert names_in("mine") is None
