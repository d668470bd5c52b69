# SPDX-License-Identifier: MIT
"""One cause however a leak is met, another for every other leak."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.judge.fingerprint import edge, fingerprint, identified
from leakcheck.model import Count, Frame, Result, Survivor, Verdict
from tests.unit.judge.made_leaks import (
    BUS,
    CLICK,
    COMPAT,
    LIBRARY,
    OTHER_TEST,
    OWN,
    PYTEST,
    ROOT,
    TEST,
    VIEW,
    leak,
    said,
    site,
)


def test_a_cause_is_the_holder_and_the_line() -> None:
    assert said(leak(TEST, OWN, **BUS)) == (
        "held by app/bus.py:BUS.handlers, made in app/bus.py:subscribe: line41"
    )


def test_without_a_holder_it_is_the_line_and_without_a_line_the_holder() -> None:
    assert said(leak(TEST, VIEW)) == "made in app/views.py:show: line12"
    assert said(replace(leak(OWN, **BUS), sites=())) == "held by app/bus.py:BUS.handlers"
    assert said(Result(Verdict.LEAK, "")) == ""
    assert fingerprint("") is None


def test_a_lost_reference_is_the_object_and_the_line_that_loses_it() -> None:
    lost = Count("numpy.dtype", "app.bus.DT", "app.bus", 30, 46, 16, VIEW)
    assert said(replace(leak(TEST), sites=(), counts=(lost,))) == (
        "held by native code: app/bus.py:DT, which was there already, "
        "made in app/views.py:show: line12"
    )
    unnamed = replace(lost, path="", frame=None)
    assert said(replace(leak(TEST), sites=(), counts=(unnamed,))) == (
        "held by native code: numpy.dtype, which was there already"
    )


def test_a_fingerprint_is_short_and_follows_the_cause() -> None:
    one = identified(leak(TEST, OWN, **BUS), ROOT, lambda _: "")
    assert one.fingerprint == fingerprint(one.cause)
    assert one.fingerprint is not None
    assert len(one.fingerprint) == len("LC-1a2b3c4d5e")
    assert identified(one, Path("/elsewhere"), lambda _: "other") is one
    clean = Result(Verdict.CLEAN, "")
    assert identified(clean, ROOT, lambda _: "") is clean


def test_tests_that_only_call_the_code_are_no_part_of_its_cause() -> None:
    assert said(leak(TEST, OWN, **BUS)) == said(leak(PYTEST, OTHER_TEST, OWN, **BUS))
    assert (
        said(leak(TEST, **BUS))
        == said(leak(OTHER_TEST, **BUS))
        == "held by app/bus.py:BUS.handlers"
    )


def test_what_a_fixture_keeps_is_one_cause_in_all_tests() -> None:
    held = "fixture `db` (session)['rows']"
    assert said(leak(TEST, held=held)) == said(leak(OTHER_TEST, held=held))
    assert said(leak(TEST, held=held)) == "held by fixture `db` (session)[*]"


def test_what_the_test_itself_keeps_names_the_line_of_the_test() -> None:
    held = {"held": "test_bus.KEPT", "module": "test_bus"}
    assert said(leak(TEST, LIBRARY, **held)).endswith(
        "made in tests/test_bus.py:test_publish: line7"
    )
    other = replace(TEST, line=9)
    assert said(leak(TEST, **held)) != said(leak(other, **held))


def test_what_the_interpreter_keeps_names_the_line_that_gave_it() -> None:
    held = {"held": "logging.Logger.manager.loggerDict", "module": "logging"}
    assert said(leak(TEST, VIEW, **held)).startswith("held by the standard library's loggerDict, ")
    other = {"held": "asyncio.log.logger.manager.loggerDict", "module": "asyncio.log"}
    assert said(leak(TEST, VIEW, **held)) == said(leak(TEST, VIEW, **other))
    logging = Frame("/usr/lib/python3.13/logging/__init__.py", "getLogger", 1300)
    assert said(leak(TEST, VIEW, logging, **held)).endswith("made in app/views.py:show: line12")
    assert said(leak(TEST, logging, **held)).endswith(
        "made in tests/test_bus.py:test_publish: line7"
    )
    assert said(leak(TEST, held="atexit callback")).endswith("test_publish: line7")


def test_a_dependency_that_keeps_is_named_by_its_own_line() -> None:
    held = {"held": "click._compat._cache.data", "module": "click._compat"}
    one, two = leak(TEST, VIEW, CLICK, COMPAT, **held), leak(OTHER_TEST, CLICK, COMPAT, **held)
    assert said(one) == said(two)
    assert said(one).endswith("made in click/_compat.py:func")
    assert said(leak(TEST, VIEW, CLICK, **held)).endswith("made in click/testing.py:invoke")


def test_different_holders_and_different_lines_are_different_causes() -> None:
    words = {
        said(leak(TEST, OWN, **BUS)),
        said(leak(TEST, OWN, held="app.bus.BUS.callers", module="app.bus")),
        said(leak(TEST, OWN, held="app.bus.BUS1.handlers", module="app.bus")),
        said(leak(TEST, OWN, held="app.bus.BUS2.handlers", module="app.bus")),
        said(leak(TEST, replace(OWN, line=43), **BUS)),
        said(leak(TEST, OWN)),
        said(leak(TEST, VIEW)),
    }
    assert len(words) == 7


def test_what_closures_of_one_factory_hold_is_one_cause() -> None:
    key = "click._compat.make.<locals>.func.__closure__[cache].data"
    out, err = (
        leak(CLICK, held=f"click._compat.{name}.__closure__[cache].data", module="click._compat")
        for name in ("stdout", "stderr")
    )
    assert said(out) != said(err)
    out, err = (
        replace(one, containers=(replace(one.containers[0], key=key),)) for one in (out, err)
    )
    assert said(out) == said(err)


def test_by_which_name_a_module_is_imported_does_not_matter() -> None:
    one = leak(TEST, OWN, **BUS)
    two = leak(TEST, OWN, held="bus.BUS.handlers", module="bus")
    file = f"{ROOT}/app/bus.py"
    assert identified(one, ROOT, str, lambda name: {"app.bus": file}.get(name, "")) == replace(
        identified(two, ROOT, str, lambda name: {"bus": file}.get(name, "")),
        containers=one.containers,
    )
    other = identified(two, ROOT, str, lambda name: {"bus": f"{ROOT}/lib/bus.py"}.get(name, ""))
    assert (
        other.fingerprint
        != identified(one, ROOT, str, lambda name: {"app.bus": file}.get(name, "")).fingerprint
    )


def test_neither_line_numbers_nor_folders_of_one_machine_are_in_it() -> None:
    moved = replace(CLICK, file="/other/lib/python3.11/site-packages/click/testing.py", line=200)
    assert said(leak(TEST, CLICK)) == said(leak(TEST, moved)) == "made in click/testing.py:invoke"


def test_frames_of_comprehensions_which_only_old_versions_have_do_not_count() -> None:
    inner = replace(OWN, function="subscribe.<locals>.<listcomp>")
    assert said(leak(TEST, OWN, inner, **BUS)) == said(leak(TEST, OWN, **BUS))
    deep = replace(OWN, function="subscribe.<locals>.<listcomp>.<locals>.<lambda>")
    flat = replace(OWN, function="subscribe.<locals>.<lambda>")
    assert said(leak(TEST, deep)) == said(leak(TEST, flat))


@pytest.mark.parametrize(
    ("path", "normalised"),
    [
        ("app.BUS['user\\'] 1'].rows[12]", "app.BUS[*].rows[*]"),
        ("app.BUS[-3][...][True][None]", "app.BUS[*][*][*][*]"),
        ("app.f.__closure__[seen].data", "app.f.__closure__[seen].data"),
        ("app.HEAD(.next)*12", "app.HEAD(.next)*"),
        ("app.HEAD.next.next", "app.HEAD(.next)*"),
        ("app.HEAD(.next)*36 ... 816 more ... (.next)*23", "app.HEAD(.next)*"),
        ("app.HEAD(.a.b)*36 ... 8 more ... (.b.a)*23", "app.HEAD(.a.b)* ... (.b.a)*"),
        ("app.HEAD.next.nextly", "app.HEAD.next.nextly"),
        ("app.A ... 1,234 more ... .b", "app.A ... .b"),
        ("context in thread Thread-12 (work)[var]", "context in thread Thread-# (work)[var]"),
        ("local `x` of f.<locals>.<dictcomp>()", "local `x` of f()"),
    ],
)
def test_a_path_is_written_without_what_changes(path: str, normalised: str) -> None:
    assert edge(path) == normalised


def test_of_several_lines_the_one_nearest_to_the_loop_counts() -> None:
    inner = site(TEST, OWN, replace(OWN, function="Handler.__init__", line=3))
    outer = site(TEST, replace(OWN, line=41))
    other = site(TEST, VIEW)
    amortised = site(TEST, replace(OWN, line=1), exact=False)
    still = site(TEST, replace(OWN, line=2), grows=False)
    one = replace(leak(TEST, **BUS), sites=(amortised, still, inner, other, outer))
    two = replace(leak(TEST, **BUS), sites=(outer, inner, still))
    assert said(one) == said(two)
    assert said(one).endswith("made in app/bus.py:subscribe: line41")


def test_a_cache_of_the_program_is_its_own_cause_and_one_of_the_library_is_not() -> None:
    cached = replace(leak(TEST, VIEW), cache="functools.lru_cache of app.parse.parse")
    assert said(cached) == "held by functools.lru_cache of app/__init__.py:parse.parse"
    assert said(replace(cached, cache="linecache.cache")).endswith("app/views.py:show: line12")


def test_what_native_code_holds_is_told_by_its_type_and_the_call() -> None:
    kept = Survivor("app.Point", 16, 16, "app.POINTS", "app", 1)
    result = replace(leak(TEST, VIEW), survivors=(kept,))
    assert (
        said(result)
        == "held by native code: app/__init__.py:Point, made in app/views.py:show: line12"
    )
    by_path = replace(result, survivors=(replace(kept, native=0),))
    assert said(by_path) == "held by app/__init__.py:POINTS, made in app/views.py:show: line12"


def test_a_known_leak_of_the_interpreter_is_its_own_cause() -> None:
    result = leak(TEST, LIBRARY, held="sys.path_importer_cache", module="sys")
    assert said(result) == "interpreter: sys.path_importer_cache"


def test_what_is_not_unicode_in_a_cause_has_a_fingerprint() -> None:
    assert fingerprint("made in app/\udcff.py") not in (None, fingerprint("made in app/.py"))


@given(st.text(min_size=1), st.text(min_size=1))
def test_equal_causes_have_one_fingerprint_and_others_another(one: str, other: str) -> None:
    assert re.fullmatch(r"LC-[0-9a-f]{10}", fingerprint(one) or "")
    assert (fingerprint(one) == fingerprint(other)) is (one == other)


STEPS = st.sampled_from([".rows", "['a']", "[12]", ".f.__closure__[seen]", "(.next)*7", "[-1]"])


@given(st.lists(STEPS), st.integers(0, 10**9), st.text("ab'\"\\ ", max_size=5))
def test_which_key_or_place_holds_it_is_no_part_of_a_holder(
    steps: list[str], number: int, key: str
) -> None:
    path = "app.BUS" + "".join(steps)
    assert edge(f"{path}[{number}]") == edge(f"{path}[{key!r}]") == edge(path) + "[*]"
    assert edge(edge(path)) == edge(path)
