# SPDX-License-Identifier: MIT
"""Objects are read without their own help, also where a type is its own type."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable

import pytest

from leakcheck.config import Settings
from leakcheck.measure.plain import (
    bare_name,
    has_flag,
    is_a,
    module_of,
    namespace,
    order,
    qualified,
)
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Verdict
from tests.unit.unchecked import KEEPS, MEASURES

_HEAP_TYPE = 1 << 9


class Sentinel(type):
    """As h11 makes its constants: each class is its own type, which the collector does not see.

    So it takes such a class apart, which then lives on without its order of bases and its dict.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], names: dict[str, object]) -> Sentinel:
        made = super().__new__(cls, name, bases, names)
        made.__class__ = made  # type: ignore[assignment]
        return made


def own_type() -> type:
    return Sentinel("ALONE", (Sentinel,), {})


def taken_apart() -> type:
    made = own_type()
    address = id(made)
    del made
    gc.collect()
    return ctypes.cast(address, ctypes.py_object).value  # type: ignore[no-any-return]


@KEEPS
@pytest.mark.parametrize("make", [own_type, taken_apart])
def test_a_type_that_is_its_own_is_read(make: Callable[[], type]) -> None:
    kind = make()
    assert bare_name(kind) == "ALONE"
    assert qualified(kind).endswith("ALONE")
    assert has_flag(kind, _HEAP_TYPE)
    assert kind in order(kind) or not order(kind)
    assert isinstance(namespace(kind), dict)
    assert is_a(kind, type)


def test_a_type_without_a_module_has_an_empty_one() -> None:
    kind = type("Bare", (), {})
    del namespace(kind)["__module__"]
    assert module_of(kind) == ""
    assert qualified(kind) == "Bare"


@MEASURES
def test_a_leak_of_types_that_are_their_own_is_told() -> None:
    result = check_callable(own_type, Settings())
    assert result.verdict is Verdict.LEAK
    assert any("ALONE" in one.type for one in result.survivors)
