# SPDX-License-Identifier: MIT
"""The search for holders among objects that lie, raise, are half made or about to go."""

from __future__ import annotations

import gc
import itertools
import sys
import threading
import types
import weakref
from typing import Any

import pytest

from leakcheck import _core
from tests.ext.searched import Node, chain, search


class Hostile:
    """Raises whatever it is asked."""

    __module__ = "zoo"

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    def __hash__(self) -> int:
        raise RuntimeError("hashed")

    def __repr__(self) -> str:
        raise RuntimeError("printed")

    def __len__(self) -> int:
        raise RuntimeError("counted")

    def __bool__(self) -> bool:
        raise RuntimeError("asked")

    @property
    def __class__(self) -> Any:
        raise RuntimeError("classified")

    @__class__.setter
    def __class__(self, value: object) -> None:
        raise RuntimeError(value)


class Liar:
    """Says that it is a module, and a type, and has no attributes."""

    __module__ = "zoo"
    __class__ = types.ModuleType  # type: ignore[assignment]
    __dict__ = {}  # type: ignore[assignment]
    __slots__ = ("held",)


@pytest.mark.parametrize("kind", [Hostile, Liar])
def test_objects_that_lie_or_raise_are_not_asked(kind: Any) -> None:
    target = Node()
    holder = kind()
    object.__setattr__(holder, "held", target)
    found = search([target], [([holder], 0)])
    objects = found[0][0][1]
    assert objects[1] is holder
    assert objects[-1] is target
    found = search([holder], [([holder], 0)])
    assert found[0][0][1][-1] is holder


class OddKey(str):
    """A key that is equal to `__module__`, and can't be compared while it is armed."""

    __slots__ = ()
    armed = False

    def __eq__(self, other: object) -> bool:
        if OddKey.armed:
            raise RuntimeError("compared")
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)


def test_keys_of_a_class_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    made = type("Odd", (), {OddKey("__module__"): "zoo"})
    holder, target = made(), Node()
    holder.held = target
    monkeypatch.setattr(OddKey, "armed", True)
    objects = chain(target, [holder])
    monkeypatch.undo()
    assert objects[1] is holder


def test_half_made_objects_are_passed() -> None:
    def halves() -> Any:
        yield Node.__new__(Node)
        yield list.__new__(list)
        yield dict.__new__(dict)
        yield BaseException.__new__(BaseException)
        yield weakref.WeakKeyDictionary.__new__(weakref.WeakKeyDictionary)
        yield threading.Thread.__new__(threading.Thread)
        yield types.CellType()
        yield super.__new__(super)
        yield property.__new__(property)
        if sys.version_info < (3, 15):  # Later it is not made without its function.
            yield staticmethod.__new__(staticmethod)
        yield itertools.chain.__new__(itertools.chain)

    kept = list(halves())
    target = Node()
    kept.append(target)
    assert chain(target, kept)[-1] is target


def test_the_search_runs_while_a_tuple_is_being_built() -> None:
    answers = []

    def parts() -> Any:
        for _ in range(40):
            yield Node()
            answers.append(search([Node()]))

    assert len(tuple(parts())) == 40
    assert len(answers) == 40


def test_the_search_runs_in_a_finaliser() -> None:
    answers = []

    class Last:
        def __del__(self) -> None:
            answers.append(search([self]))

    Last()
    cycle: Any = Last()
    cycle.me = cycle
    del cycle
    gc.collect()
    assert len(answers) == 2


def test_threads_that_come_and_go_do_no_harm() -> None:
    stop = threading.Event()

    def spawn() -> None:
        while not stop.is_set():
            threads = [threading.Thread(target=Node) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    spawner = threading.Thread(target=spawn)
    spawner.start()
    try:
        for _ in range(30):
            target = Node()
            assert chain(target, [target])[-1] is target
    finally:
        stop.set()
        spawner.join()


@pytest.mark.parametrize(
    ("roots", "error"),
    [
        ([1], TypeError),
        ([(1,)], TypeError),
        ([(1, "a")], TypeError),
        ([(1, -1)], ValueError),
        ([(1, 64)], ValueError),
        ([(1, 10**30)], ValueError),
    ],
)
def test_bad_roots_are_refused(roots: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="root 0"):
        _core.holders([], roots, closed=[], harness=(), max_seconds=1.0)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="targets"):
        _core.holders(1, [], closed=[], harness=(), max_seconds=1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="strings"):
        _core.holders([], [], closed=[], harness=(1,), max_seconds=1.0)  # type: ignore[arg-type]
    for seconds in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="max_seconds"):
            _core.holders([], [], closed=[], harness=(), max_seconds=seconds)
