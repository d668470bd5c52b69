# SPDX-License-Identifier: MIT
"""Which line and which holder a cause names, and by which names a program reaches what grows."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from leakcheck.judge.fingerprint import cause, holders, place
from leakcheck.model import Container, Count, Frame, Result, Verdict
from tests.unit.judge.made_leaks import (
    BUS,
    LIBRARY,
    OWN,
    PYTEST,
    ROOT,
    TEST,
    VIEW,
    leak,
    said,
    site,
)

TOOL = Frame(f"{ROOT}/lib/tools.py", "made", 5)
NO_STACK = Frame("", "<no Python stack>", 0)


def test_what_a_module_keeps_is_put_there_by_the_code_of_that_module() -> None:
    assert said(leak(TEST, OWN, VIEW, TOOL, **BUS)).endswith("app/bus.py:subscribe: line41")
    package = replace(OWN, file=f"{ROOT}/app/__init__.py", function="start", line=8)
    found = said(leak(TEST, package, VIEW, TOOL, held="app.ROWS", module="app"))
    assert found.endswith("made in app/__init__.py:start: line8")


def test_else_by_the_code_of_its_package_and_else_by_that_of_the_program() -> None:
    assert said(leak(TEST, VIEW, TOOL, **BUS)).endswith("made in app/views.py:show: line12")
    assert said(leak(TEST, TOOL, **BUS)).endswith("made in lib/tools.py:made: line5")


def test_a_test_inside_of_the_package_is_no_code_of_it() -> None:
    test = replace(TEST, file=f"{ROOT}/app/test_bus.py")
    assert said(leak(TOOL, test, **BUS)).endswith("made in lib/tools.py:made: line5")
    assert said(leak(test, **BUS)) == "held by app/bus.py:BUS.handlers"


def test_where_nobody_is_known_to_hold_it_a_line_of_the_library_is_better_than_none() -> None:
    assert said(leak(LIBRARY, PYTEST, NO_STACK)) == "made in json/decoder.py:decode: line9"
    assert said(leak(PYTEST, NO_STACK)) == ""
    assert said(leak(LIBRARY, held="atexit callback")) == "held by atexit callback"


def test_where_nothing_follows_the_runs_the_first_site_counts_unless_a_holder_is_known() -> None:
    first, other = site(TEST, VIEW, grows=False), site(OWN, grows=False)
    assert said(replace(leak(), sites=(first, other))) == "made in app/views.py:show: line12"
    held = replace(leak(**BUS), sites=(first, other))
    assert said(held) == "held by app/bus.py:BUS.handlers"


def test_of_several_lost_references_the_first_counts() -> None:
    lost = Count("numpy.dtype", "app.bus.DT", "app.bus", 30, 46, 16, VIEW)
    other = replace(lost, path="app.bus.AT", frame=OWN)
    result = replace(leak(TEST), sites=(), counts=(lost, other))
    assert said(result) == said(replace(result, counts=(lost,)))


def test_a_cache_of_the_library_is_filled_by_a_line_of_the_program() -> None:
    cached = replace(leak(TEST, VIEW), cache="functools.lru_cache of re._compile")
    assert said(cached) == (
        "held by functools.lru_cache of re._compile, made in app/views.py:show: line12"
    )


def test_the_main_module_is_the_programs() -> None:
    main = leak(TEST, OWN, held="__main__.ROWS", module="__main__")
    assert said(main).startswith("held by __main__.ROWS")


def test_frames_of_comprehensions_do_not_decide_which_line_is_nearest_to_the_loop() -> None:
    inlined = replace(VIEW, function="show.<locals>.<listcomp>")
    handler = replace(OWN, function="Handler.__init__", line=3)
    new = replace(leak(), sites=(site(TEST, VIEW), site(TEST, OWN, handler)))
    old = replace(leak(), sites=(site(TEST, VIEW, inlined), site(TEST, OWN, handler)))
    assert said(old) == said(new) == "made in app/views.py:show: line12"
    assert said(leak(inlined)).startswith("made in app/views.py:show")
    assert said(leak(TEST, inlined, OWN)) == said(leak(TEST, OWN))


def test_a_function_keeps_its_place_whatever_the_order_of_the_sites() -> None:
    sites = [site(TEST, one) for one in (OWN, VIEW, TOOL, replace(OWN, line=3))]
    expected = said(replace(leak(), sites=tuple(sites)))
    for seed in range(8):
        random.Random(seed).shuffle(sites)
        assert said(replace(leak(), sites=tuple(sites))) == expected


@pytest.mark.parametrize("statement", ["X", "MAX: int", "rows.append(X)"])
def test_a_statement_stands_whole_in_its_cause(statement: str) -> None:
    assert cause(leak(OWN), ROOT, lambda _: statement).endswith(f"subscribe: {statement}")
    assert cause(leak(OWN), ROOT, lambda _: "") == "made in app/bus.py:subscribe"


def test_the_longest_name_of_a_module_is_looked_for_first_and_the_last_name_is_no_module() -> None:
    asked = []

    def file_of(name: str) -> str:
        asked.append(name)
        return ""

    result = leak(OWN, held="native.bus.BUS.rows", module="native.bus")
    words = cause(result, ROOT, lambda _: "", file_of)
    assert words.startswith("held by native.bus.BUS.rows, ")
    assert asked == ["native.bus.BUS", "native.bus", "native"]


def test_a_file_takes_the_place_of_its_module_only() -> None:
    held = said(leak(TEST, OWN, held="local `app.bus.BUS` of run()"))
    assert held.startswith("held by local `app.bus.BUS` of run()")
    assert said(leak(held="callback app.bus.BUS.go of app.bus.LOOP")).startswith(
        "held by callback app/bus.py:BUS.go of app.bus.LOOP"
    )


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        (f"{ROOT}/app/bus.py", "app/bus.py"),
        ("/usr/lib/python3.13/json/decoder.py", "json/decoder.py"),
        ("/opt/tools/x12.py", "x12.py"),
        ("<made 12 of 30>", "<made # of #>"),
        ("<string>", "<string>"),
    ],
)
def test_a_place_is_the_same_on_each_machine_and_in_each_session(file: str, shown: str) -> None:
    assert place(Frame(file, "f", 1), ROOT) == shown


def grown(path: str, module: str = "", key: str = "") -> Container:
    return Container("dict", path, module, 3, 19, key=key)


@pytest.mark.parametrize(
    ("container", "name"),
    [
        (grown("app.bus.BUS.handlers", "app.bus"), "app.bus.BUS"),
        (grown("app.CACHE['a'].rows", "app"), "app.CACHE"),
        (grown("app.f(.next)*12", "app"), "app.f"),
        (grown("app.out.__closure__[c]", "app", "app.make.<locals>.f.__closure__[c]"), "app.make"),
        (grown("fixture `db` (session)['rows']"), "fixture `db` (session)[*]"),
        (grown("logging.root.manager.loggerDict", "logging"), "the standard library's loggerDict"),
    ],
)
def test_what_grows_is_known_by_the_name_from_which_a_program_reaches_it(
    container: Container, name: str
) -> None:
    assert holders(Result(Verdict.LEAK, "", containers=(container,))) == (name,)


def test_all_that_grows_is_told_once_and_in_order_and_what_nothing_reaches_is_not() -> None:
    found = (
        grown("app.bus.BUS.handlers", "app.bus"),
        grown(""),
        grown("app.ROWS", "app"),
        grown("app.bus.BUS.callers", "app.bus"),
    )
    assert holders(Result(Verdict.LEAK, "", containers=found)) == ("app.ROWS", "app.bus.BUS")
    assert holders(Result(Verdict.LEAK, "")) == ()
