# SPDX-License-Identifier: MIT
"""What stays behind is told by type with the line that made it; native code and rings come first."""

from __future__ import annotations

import abc
import ctypes
import itertools
import types
from typing import Any

import pytest

from leakcheck import check
from leakcheck.measure.emptying import Caches
from leakcheck.measure.kept import SHOWN, kept
from leakcheck.model import Frame, Result, Site, Survivor, Verdict
from tests.unit.unchecked import KEEPS, MEASURES

lose = ctypes.pythonapi.Py_IncRef
lose.argtypes = [ctypes.py_object]
lose.restype = None

untrack = ctypes.pythonapi.PyObject_GC_UnTrack
untrack.argtypes = [ctypes.py_object]
untrack.restype = None

LEAF = Frame("app.py", "f", 3, 3, 4, 9)
RUNS = 100
LOOSE, OWNED, OBJECT = range(3)
KEPT: list[Any] = []


class Thing:
    """A type that somebody wrote."""


class Other:
    """Another."""


@pytest.fixture(autouse=True)
def nothing_kept() -> Any:
    yield
    KEPT.clear()


def told(*owners: Any, grows: bool = True, rate: float = 1.0) -> tuple[list[Survivor], int]:
    raw: Any = {
        "marks": [0, RUNS],
        "frames": [("app.py", "f", 3, 3, 4, 9)],
        "sites": [((0,), False, 0, [0, RUNS], [0, RUNS])],
    }
    site = Site(
        frames=(LEAF,),
        truncated=False,
        blocks=RUNS,
        bytes=RUNS,
        series=(0, RUNS),
        grows=grows,
        exact=True,
        rate=rate,
    )
    result = Result(Verdict.LEAK, "", sites=(site,))
    survivors, unowned, _ = kept(owners, raw, result, {})
    return list(survivors), unowned


# The same in a module of leakcheck's, whose frames hold nothing that is told.
told_unseen = types.FunctionType(told.__code__, {**globals(), "__name__": "leakcheck.told"})
told_unseen.__kwdefaults__ = told.__kwdefaults__


def group(
    kind: type | None,
    count: int = RUNS,
    *,
    state: int = OBJECT,
    inner: int = 0,
    by: type | None = None,
    references: int = 1,
    sample: list[Any] | None = None,
) -> Any:
    return 0, state, kind, count, inner, by, references, sample or []


def test_objects_are_told_by_type_with_their_line_and_their_way() -> None:
    KEPT.append(Thing())
    (one,), _ = told(group(Thing, sample=[KEPT[0]]))
    assert one.type.endswith("test_kept.Thing")
    assert (one.count, one.runs, one.frame, one.native) == (RUNS, RUNS, LEAF, 0)
    assert one.path.endswith("test_kept.KEPT[0]")
    assert one.listed
    assert not one.ring


def test_a_type_must_make_up_half_of_what_its_line_gains() -> None:
    assert told(group(Thing, RUNS // 2 - 1))[0] == []
    assert len(told(group(Thing, RUNS // 2))[0]) == 1
    assert len(told(group(Thing, 5), rate=0.1)[0]) == 1
    assert told(group(Thing, 5), rate=0.1, grows=False)[0] == []


def test_blocks_of_no_object_are_counted_and_those_with_an_owner_are_not() -> None:
    survivors, unowned = told(
        group(None, 12, state=LOOSE),
        group(None, 30, state=LOOSE, inner=29),
        group(None, state=OWNED),
    )
    assert (survivors, unowned) == ([], 13)


def test_what_nothing_leads_to_is_held_by_native_code() -> None:
    (one,), _ = told(group(bytes, state=LOOSE, references=2))
    assert (one.type, one.native, one.listed, one.path) == ("bytes", 2, False, "")


def test_what_hangs_on_that_is_not_told_as_native_code() -> None:
    survivors, _ = told(
        group(bytes, state=LOOSE), group(str, state=LOOSE, inner=RUNS, by=bytes, references=1)
    )
    assert [(one.type, one.native) for one in survivors] == [("bytes", 1), ("str", None)]


@KEEPS
def test_references_of_an_object_that_the_collector_ignores_can_not_be_told() -> None:
    text = str(bytearray(9))
    KEPT.append(text)
    lose(text)
    (one,), _ = told(group(str, sample=[text]))
    assert one.native is None
    assert one.path


def lost(kind: type) -> Any:
    """An object to which native code keeps a reference."""
    one = kind()
    lose(one)
    return one


@KEEPS
def test_what_lies_in_an_extensions_object_is_that_objects_as_long_as_it_has_a_way() -> None:
    KEPT.append(Other())
    of, _ = told(
        group(Thing, inner=RUNS, by=Other, sample=[lost(Thing)]), group(Other, sample=KEPT[:])
    )
    assert {one.type.rpartition(".")[2]: one.native for one in of} == {"Thing": None, "Other": 0}
    KEPT.clear()
    (one,), _ = told_unseen(group(Thing, inner=RUNS, by=Other, sample=[lost(Thing)]))
    assert (one.native, one.by) == (1, f"{__name__}.Other")


def test_no_more_than_a_few_types_are_told_those_that_somebody_wrote_first() -> None:
    kinds = [type(f"Kind{number}", (), {}) for number in range(SHOWN)]
    survivors, _ = told(group(dict), *(group(kind, RUNS - 1) for kind in kinds))
    assert len(survivors) == SHOWN
    assert "dict" not in [one.type for one in survivors]


@pytest.mark.parametrize(
    ("one", "text"),
    [
        ("a\nb", "'a\\nb'"),
        ("x" * 50, "'" + "x" * 31 + "..."),
        (b"y" * 41, "b'" + "y" * 30 + "..."),
        (12, "12"),
        (2**500, "a number of 501 bits"),
        (1.5, "1.5"),
    ],
)
def test_an_example_is_short_and_of_plain_types_only(one: object, text: str) -> None:
    assert told(group(type(one), sample=[one]))[0][0].example == text


def test_the_text_of_a_subclass_is_not_asked() -> None:
    class Text(str):
        __slots__ = ()

        def __repr__(self) -> str:
            raise AssertionError

    assert told(group(Text, sample=[Text("a")]))[0][0].example == ""


@MEASURES
def test_a_lost_reference_is_found_with_the_line_that_lost_it() -> None:
    result = check(lambda: lose([None]), iterations=48)
    (one,) = (one for one in result.survivors if one.native)
    assert (one.type, one.native, one.listed) == ("list", 1, True)
    assert one.frame is not None
    assert one.frame.file == __file__


@MEASURES
def test_a_ring_that_the_collector_does_not_know_is_called_one() -> None:
    def body() -> None:
        ring: list[Any] = [None]
        ring[0] = ring
        untrack(ring)

    (one,) = check(body, iterations=48).survivors
    assert (one.type, one.ring, one.listed, one.native) == ("list", True, False, None)


def ring() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


def test_objects_that_only_each_other_refer_to_are_a_ring() -> None:
    (one,), _ = told_unseen(group(list, sample=[ring()]))
    assert (one.ring, one.listed, one.native, one.path) == (True, True, 0, "")


@MEASURES
def test_asking_fills_no_cache_that_is_emptied_next() -> None:
    numbers = itertools.count()
    check(lambda: KEPT.append(Thing()), iterations=24)
    KEPT.clear()
    abc.ABCMeta._abc_caches_clear(abc.ABC)  # type: ignore[attr-defined]
    caches = Caches()
    told(group(Thing, sample=[Thing()]), group(str, sample=[f"{next(numbers)}"]))
    assert caches.empty() == []


@KEEPS
@pytest.mark.parametrize("order", [1, -1])
def test_of_a_chain_the_way_along_it_is_told_whichever_object_comes_first(order: int) -> None:
    links: list[Any] = []
    for _ in range(4):
        link = Thing()
        link.following = links[-1] if links else None  # type: ignore[attr-defined]
        links.append(link)
    Thing.head = links[-1]  # type: ignore[attr-defined]
    try:
        (one,), _ = told(group(Thing, sample=links[::order]))
    finally:
        links.clear()
        del Thing.head  # type: ignore[attr-defined]
    assert "Thing.head(.following)*3" in one.path or one.path.endswith(".following" * 3)
