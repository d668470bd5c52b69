# SPDX-License-Identifier: MIT
"""Reference counts of what a module names are added up, and a lost one is a leak."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from typing import Any

import pytest

from leakcheck import _core
from tests.ext.test_pyowners import lose


class Named:
    """Has a name and objects."""


def result_of(body: Any, names: dict[str, Any], **settings: Any) -> Any:
    check = _core.Check(counted=(names,), **settings)
    check.drive(body)
    return check.result()


def test_values_are_counted_once_with_their_types_and_what_is_shared_is_not() -> None:
    thing = Named()
    names = {
        "a": thing,
        "again": thing,
        "text": "x",
        "number": 2**80,
        "nothing": None,
        "empty": (),
        "module": gc,
        "__hidden__": Named(),
        "items": [],
    }
    assert _core.counted((names, {"items": names["items"]})) == [thing, Named, names["items"]]


def test_what_has_no_count_is_left_out() -> None:
    immortal = [None, True, int] if sys.version_info >= (3, 12) else [None, True]
    assert _core.counted(({str(place): one for place, one in enumerate(immortal)},)) == []


def test_a_lost_reference_to_an_object_that_is_there_already_is_a_leak() -> None:
    thing = Named()
    result = result_of(lambda: lose(thing), {"THING": thing})
    assert (result["verdict"], result["metric"]) == (1, 4)
    assert (result["slope"], result["exact"]) == (1.0, True)
    assert result_of(lambda: lose(thing), {})["verdict"] == 0


def test_references_that_come_and_go_are_none() -> None:
    thing = Named()
    result = result_of(lambda: [thing] * 5, {"THING": thing})
    assert (result["verdict"], result["wide"]) == (0, True)


def test_they_are_counted_in_a_heap_that_is_too_large_for_the_other_ones() -> None:
    thing = Named()
    result = result_of(lambda: lose(thing), {"THING": thing}, max_objects=1)
    assert (result["verdict"], result["wide"]) == (1, False)


def test_a_confirmation_and_a_fixed_trace_read_them_at_each_mark() -> None:
    thing = Named()
    for mode in (_core.MODE_CONFIRM, _core.MODE_FIXED):
        result = result_of(
            lambda: lose(thing), {"THING": thing}, mode=mode, wide=True, iterations=48
        )
        assert (result["verdict"], result["metric"]) == (1, 4)
        marks = result["readings"][-len(result["marks"]) :]
        assert [reading[6] - marks[0][6] for reading in marks] == result["marks"]


def test_the_objects_are_held_while_the_check_is_open_and_no_longer() -> None:
    names: dict[str, Any] = {"THING": Named()}
    seen = weakref.ref(names["THING"])
    check = _core.Check(counted=(names,))
    names.clear()
    assert seen() is None
    names["THING"] = Named()
    seen = weakref.ref(names["THING"])
    check.next()
    names.clear()
    assert seen() is not None
    check.close()
    assert seen() is None


def test_there_are_no_more_than_so_many() -> None:
    names = {f"name {number}": [] for number in range(5000)}
    assert len(_core.counted((names,))) == 4096
    assert result_of(lambda: None, names)["verdict"] == 0


def test_names_are_given_as_a_tuple_of_dicts() -> None:
    wrong: list[Any] = [[{}], ([],), (types.MappingProxyType({}),)]
    for one in wrong:
        with pytest.raises(TypeError):
            _core.counted(one)
        with pytest.raises(TypeError):
            _core.Check(counted=one)
