# SPDX-License-Identifier: MIT
"""`leakcheck.holders` answers for one object and for all of a type."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leakcheck
from tests.ext.random_heaps import check_heap
from tests.unit.unchecked import LONG


class Session:
    """What is asked for."""


class Special(Session):
    """Also one."""


@pytest.fixture
def module() -> Iterator[Any]:
    made = types.ModuleType("app")
    sys.modules["app"] = made
    yield made
    del sys.modules["app"]


def test_an_object_is_told_with_its_path(module: Any) -> None:
    module.SESSIONS = {"user": Session()}
    (found,) = leakcheck.holders(module.SESSIONS["user"])
    assert (found.path, found.module, found.native) == ("app.SESSIONS['user']", "app", 0)
    assert str(found).endswith("Session: app.SESSIONS['user']")


def test_a_type_is_told_by_its_objects(module: Any) -> None:
    module.kept = [Session(), Special()]
    found = leakcheck.holders(Session)
    assert {one.path for one in found} == {"app.kept[0]", "app.kept[1]"}
    assert {one.type.rpartition(".")[2] for one in found} == {"Session", "Special"}
    assert len(leakcheck.holders(Session, most=1)) == 1


def test_a_type_without_objects_has_no_holders() -> None:
    assert leakcheck.holders(type("Nobody", (), {})) == ()


def test_what_nothing_lasting_holds_is_said() -> None:
    lonely = leakcheck.Holding("app.Thing", "", "", 2)
    assert str(lonely) == ("app.Thing: no path to it was found, and 2 references of native code")


def test_a_number_of_objects_is_asked_for() -> None:
    with pytest.raises(leakcheck.UsageError, match="most must be at least 1, not 0"):
        leakcheck.holders(Session, most=0)


def test_a_type_whose_objects_nobody_can_list_is_refused() -> None:
    with pytest.raises(leakcheck.UsageError, match="knows no objects of bytearray"):
        leakcheck.holders(bytearray)


@LONG
# Here and not in tests/ext: hypothesis leaves a callback with the collector, whose frames would be
# seen by the tests of the sampler that come after it.
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), size=st.integers(0, 40))
def test_every_edge_of_a_random_heap_exists(seed: int, size: int) -> None:
    check_heap(seed, size)
