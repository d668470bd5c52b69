# SPDX-License-Identifier: MIT
"""Objects and types that are alive, without asking them."""

from __future__ import annotations

from leakcheck.measure.living import can_be_known, living, types
from tests.unit.unchecked import KEEPS


class Odd(type):
    """A metaclass that refuses to be asked."""

    def __hash__(cls) -> int:
        raise AssertionError("not to be asked")

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("not to be asked")


class Thing(metaclass=Odd):
    """What is looked for."""


class Special(Thing):
    """Also one."""


def test_objects_of_a_type_and_of_its_subclasses_are_found() -> None:
    kept = [Thing(), Special()]
    assert [id(one) for one in living(Thing)] == [id(one) for one in kept]
    assert [id(one) for one in living(Special)] == [id(kept[1])]


@KEEPS
def test_types_are_found_by_their_names() -> None:
    name = f"{__name__}.Thing"
    assert [id(one) for one in types()[name]] == [id(Thing)]
    twice = type("Thing", (), {"__module__": __name__})
    assert {id(one) for one in types()[name]} == {id(Thing), id(twice)}


def test_what_the_collector_can_not_know_is_told() -> None:
    assert can_be_known(Thing)
    assert can_be_known(dict)
    assert not can_be_known(bytearray)
