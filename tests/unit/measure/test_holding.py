# SPDX-License-Identifier: MIT
"""A growing container is named by the way the program reaches it."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from typing import Any

import pytest

from leakcheck.measure.holding import held, paths


class Slotted:
    """Keeps its list in a slot."""

    __slots__ = ("kept",)

    def __init__(self) -> None:
        self.kept: list[Any] = []


class Plain:
    """Keeps a list on the class and one on the instance."""

    shared: list[Any] = []  # noqa: RUF012 - it is what is tested

    def __init__(self) -> None:
        self.own: dict[str, Any] = {}


class Hostile:
    """Answers nothing and compares to nothing."""

    def __init__(self) -> None:
        object.__setattr__(self, "kept", [])

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise RuntimeError("printed")


def closure() -> Any:
    """A function that keeps a weak-key dictionary in a cell."""
    cache: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()

    def function() -> object:
        return cache

    return function


@pytest.fixture
def module() -> Iterator[types.ModuleType]:
    """A module of the program."""
    made = types.ModuleType("zoo_of_holders")
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


def path_of(container: object, roots: dict[str, object] | None = None) -> str:
    found = paths([container], roots or {})[0]
    assert found is not None
    return found.text


@pytest.mark.parametrize(
    ("value", "reach", "text"),
    [
        ({1: 2}, lambda v: v, ".x"),
        ([1], lambda v: v, ".x"),
        ({1}, lambda v: v, ".x"),
        (deque([1]), lambda v: v, ".x"),
        (OrderedDict(a=1), lambda v: v, ".x"),
        (defaultdict(list), lambda v: v, ".x"),
        ({"a": {"b": []}}, lambda v: v["a"]["b"], ".x['a']['b']"),
        ({7: []}, lambda v: v[7], ".x[7]"),
        ({(1, 2): []}, lambda v: v[(1, 2)], ".x[...]"),
        ([None, []], lambda v: v[1], ".x[1]"),
        (Slotted(), lambda v: v.kept, ".x.kept"),
        (Plain(), lambda v: v.own, ".x.own"),
        (weakref.WeakKeyDictionary(), lambda v: v.data, ".x.data"),
    ],
)
def test_a_container_is_named_from_its_module(
    module: types.ModuleType, value: object, reach: Any, text: str
) -> None:
    module.x = value  # type: ignore[attr-defined]
    assert path_of(reach(value)) == "zoo_of_holders" + text


def test_an_object_that_answers_nothing_is_not_asked(module: types.ModuleType) -> None:
    module.x = Hostile()  # type: ignore[attr-defined]
    kept = object.__getattribute__(module.x, "kept")  # type: ignore[attr-defined]
    assert path_of(kept) == "zoo_of_holders.x.kept"


def test_a_closure_is_named_by_its_variable(module: types.ModuleType) -> None:
    module.make = closure()  # type: ignore[attr-defined]
    cache = module.make()  # type: ignore[attr-defined]
    assert path_of(cache.data) == "zoo_of_holders.make.__closure__[cache].data"
    (found,) = held([cache.data], {})
    assert found.key == f"{__name__}.closure.<locals>.function.__closure__[cache].data"


def test_a_class_attribute_is_named_by_its_class(module: types.ModuleType) -> None:
    here = sys.modules.get(__name__)
    module.Plain = Plain  # type: ignore[attr-defined]
    assert path_of(Plain.shared).endswith(".Plain.shared")
    assert here is None or here.__name__ == __name__


def test_a_fixture_value_is_named_by_the_fixture() -> None:
    rows: list[int] = []
    assert path_of(rows, {"fixture `db` (session)": {"rows": rows}}) == (
        "fixture `db` (session)['rows']"
    )
    assert path_of(rows, {"fixture `rows` (module)": rows}) == "fixture `rows` (module)"


def test_a_container_that_only_a_frame_holds_is_named_by_its_variable() -> None:
    alone: list[int] = []
    (found,) = paths([alone], {})
    assert found is not None
    assert found.text.startswith("local `alone` of test_a_container_that_only_a_frame_holds_is")
    assert found.module == ""


def test_a_container_that_nothing_reaches_has_no_path() -> None:
    made: list[Any] = [Plain()]
    made[0].me = made
    number = id(made)
    del made
    alone = [one for one in gc.get_objects() if id(one) == number]
    assert paths([*alone.pop()], {}) == [None]


def test_nothing_is_kept_alive(module: types.ModuleType) -> None:
    module.x = Plain()  # type: ignore[attr-defined]
    ghost = weakref.ref(module.x)  # type: ignore[attr-defined]
    path_of(module.x.own)  # type: ignore[attr-defined]
    del module.x  # type: ignore[attr-defined]
    gc.collect()
    assert ghost() is None
