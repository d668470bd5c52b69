# SPDX-License-Identifier: MIT
"""Forty kinds of holders are named as one writes them, by chains whose every link exists.

objgraph, which asks the collector for referrers, finds a chain from the module too, and none that
is shorter than ours where ours is the shortest.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
import threading
import types
import weakref
from collections.abc import Iterator
from typing import Any

import objgraph
import pytest

from leakcheck import _core
from leakcheck.measure.holding import HARNESS, held, paths
from leakcheck.measure.steps import step, written
from tests.unit.measure.holder_shapes import (
    SHAPES,
    Leaked,
    closure,
    coroutine,
    exception_with_cause,
    raised,
)


@pytest.fixture
def module() -> Iterator[types.ModuleType]:
    """A module of the program."""
    made = types.ModuleType("app")
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


def chain_of(target: object, root: object) -> tuple[object, ...]:
    """The objects of the path, the module's dict first."""
    answer = _core.holders([target], [(root, 0)], closed=[], harness=HARNESS, max_seconds=60.0)
    found = answer[0][0]
    assert found is not None
    return found[1]


def assert_links(objects: tuple[object, ...]) -> None:
    for holder, next_one in itertools.pairwise(objects):
        assert any(one is next_one for one in gc.get_referents(holder)), (holder, next_one)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_holder_is_named_as_one_writes_it(module: types.ModuleType, shape: str) -> None:
    make, text = SHAPES[shape]
    module.x = make(target := Leaked())  # type: ignore[attr-defined]
    (found,) = paths([target], {})
    assert found is not None
    assert found == ("app.x" + text, "app")


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_objgraph_finds_a_chain_where_we_do(module: types.ModuleType, shape: str) -> None:
    module.x = SHAPES[shape][0](target := Leaked())  # type: ignore[attr-defined]
    ours = chain_of(target, module)
    assert ours[-1] is target
    assert_links(ours)
    names = vars(module)
    gc.collect()
    ignored = {id(ours), id(sys._getframe()), id(SHAPES)}
    theirs = objgraph.find_backref_chain(
        target, lambda one: one is names, max_depth=len(ours) + 1, extra_ignore=ignored
    )
    assert theirs[0] is names
    assert_links(tuple(theirs))
    begins = next(place for place, one in enumerate(ours) if one is names)
    assert len(theirs) <= len(ours) - begins


def test_what_a_traceback_keeps_is_named_by_the_local_variable(module: types.ModuleType) -> None:
    module.error = raised(target := Leaked())  # type: ignore[attr-defined]
    (found,) = paths([target], {})
    assert found is not None
    assert found.text.startswith("app.error.__traceback__.")
    assert found.text.endswith((".tb_frame.<locals>.local", ".tb_frame.<locals>.value"))


def test_an_exception_is_named_by_its_cause(module: types.ModuleType) -> None:
    inner = ValueError("inner")
    inner.kept = target = Leaked()  # type: ignore[attr-defined]
    module.error = exception_with_cause(inner)  # type: ignore[attr-defined]
    assert paths([target], {}) == [("app.error.__cause__.kept", "app")]


def test_a_coroutine_is_named_by_its_argument(module: types.ModuleType) -> None:
    module.job = coroutine(target := Leaked())  # type: ignore[attr-defined]
    assert paths([target], {}) == [("app.job.<locals>.value", "app")]
    module.job.close()  # type: ignore[attr-defined]


def test_tasks_handles_and_futures_are_named(module: types.ModuleType) -> None:
    async def main() -> list[Any]:
        loop = asyncio.get_running_loop()
        one, two, three, four = Leaked(), Leaked(), Leaked(), Leaked()
        module.task = asyncio.ensure_future(coroutine(one))  # type: ignore[attr-defined]
        module.result = loop.create_future()  # type: ignore[attr-defined]
        module.result.set_result(two)  # type: ignore[attr-defined]
        module.handle = loop.call_later(60, print, three)  # type: ignore[attr-defined]
        module.done = loop.create_future()  # type: ignore[attr-defined]
        module.done.add_done_callback(closure(four))  # type: ignore[attr-defined]
        found = paths([one, two, three, four], {})
        module.handle.cancel()  # type: ignore[attr-defined]
        await module.task  # type: ignore[attr-defined]
        return [one and one.text for one in found]

    assert asyncio.run(main()) == [
        "app.task._coro.<locals>.value",
        "app.result._result",
        "app.handle._args[0]",
        "app.done.<done callback>.__closure__[value]",
    ]


def test_what_a_module_of_c_keeps_is_named_by_a_name_of_it_where_there_is_one() -> None:
    import zlib

    # Its state refers to it too, by no name.
    (found,) = paths([zlib.error], {})
    assert found == ("zlib.error", "zlib")


def test_a_callback_of_atexit_is_named() -> None:
    import atexit

    target = Leaked()
    function = closure(target)
    atexit.register(function)
    try:
        (found,) = paths([target], {"nothing": 0})
    finally:
        atexit.unregister(function)
    assert found == ("atexit callback.__closure__[value]", "")


def test_a_running_frame_is_named_by_variable_and_thread() -> None:
    ready, leave = threading.Event(), threading.Event()
    seen: list[Any] = []

    def work() -> None:
        mine = Leaked()
        seen.append(weakref.ref(mine))
        ready.set()
        leave.wait(60)

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    assert ready.wait(60)
    try:
        (found,) = paths([seen[0]()], {})
    finally:
        leave.set()
        thread.join()
    assert found is not None
    assert found.text == (
        "local `mine` of test_a_running_frame_is_named_by_variable_and_thread.<locals>.work()"
        " in thread worker"
    )


def test_the_project_beats_the_standard_library(module: types.ModuleType) -> None:
    import json

    target = Leaked()
    module.registry = {"far": [(target,)]}  # type: ignore[attr-defined]
    json.kept = target  # type: ignore[attr-defined]
    try:
        assert paths([target], {}) == [("app.registry['far'][0][0]", "app")]
    finally:
        del json.kept  # type: ignore[attr-defined]
    module.registry.clear()  # type: ignore[attr-defined]


def test_a_module_is_not_named_by_who_imports_it(module: types.ModuleType) -> None:
    other = types.ModuleType("lib")
    sys.modules["lib"] = other
    other.kept = target = Leaked()  # type: ignore[attr-defined]
    module.lib = other  # type: ignore[attr-defined]
    try:
        assert paths([target], {}) == [("lib.kept", "lib")]
    finally:
        del sys.modules["lib"]


def test_what_native_code_holds_is_counted(module: types.ModuleType) -> None:
    import ctypes

    module.x = [Leaked(), Leaked()]  # type: ignore[attr-defined]
    targets = list(module.x)  # type: ignore[attr-defined]
    assert [one.native for one in held(targets, {})] == [0, 0]
    for _ in range(3):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(targets[1]))
    assert [one.native for one in held(targets, {})] == [0, 3]
    for _ in range(3):
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(targets[1]))
    assert [one.native for one in held(targets, {}, max_seconds=1e-9)] == [None, None]


def test_a_long_chain_says_how_much_is_left_out(module: types.ModuleType) -> None:
    target: Any = Leaked()
    value = target
    for number in range(300):
        value = [value] if number % 2 else {"k": value}
    module.x = value  # type: ignore[attr-defined]
    (found,) = paths([target], {})
    assert found is not None
    assert found.text.startswith("app.x[0]['k']")
    assert " more ... " in found.text


class Raises:
    """Raises whatever it is asked."""

    def __getattribute__(self, name: str) -> Any:
        raise KeyboardInterrupt(name)

    __eq__ = __hash__ = __repr__ = __len__ = __bool__ = __getattribute__  # type: ignore[assignment]


class OwnDict:
    """Has a property where others have their attributes."""

    __slots__ = ("kept",)

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        raise KeyboardInterrupt


@pytest.mark.parametrize("kind", [Raises, OwnDict])
def test_no_code_of_the_users_runs(module: types.ModuleType, kind: Any) -> None:
    holder, target = kind(), Leaked()
    object.__setattr__(holder, "kept", target)
    module.x = [holder]  # type: ignore[attr-defined]
    assert paths([target, holder], {}) == [("app.x[0].kept", "app"), ("app.x[0]", "app")]


def test_a_step_that_has_no_name_is_called_by_the_type_it_leads_to() -> None:
    assert step([iter([Leaked()]), []]) == (".<list>", 1)
    assert written([1]) == ""
