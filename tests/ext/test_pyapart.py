# SPDX-License-Identifier: MIT
"""Lists and deques that stand apart are counted as a walk over the whole heap counts them."""

from __future__ import annotations

import collections
import gc
import subprocess
import sys
import textwrap
from collections.abc import Callable

import pytest

from leakcheck import _core

pytestmark = pytest.mark.skipif(
    (3, 14) <= sys.version_info < (3, 14, 5),
    reason="nothing is set apart where halves of the old objects are told by a mark in each",
)

LIST, DEQUE, SUBCLASS = list, collections.deque, type("Own", (list,), {})


def first_reading(body: Callable[[], object] = lambda: None) -> int:
    """Entries as the first reading of a check has them."""
    check = _core.Check()
    check.drive(body)
    return check.result()["readings"][0][5]


def references(body: Callable[[], object] = lambda: None) -> tuple[int, int]:
    """The same, and as a walk after a full collection just before has them."""
    gc.collect()
    counts = _core.wide(0)
    assert counts is not None
    return first_reading(body), counts[1]


def assert_equal_but_for_ours(body: Callable[[], object] = lambda: None) -> None:
    apart, walked = references(body)
    assert abs(apart - walked) <= 3


@pytest.fixture(autouse=True)
def _in_order() -> None:
    references()


@pytest.mark.parametrize("kind", [LIST, DEQUE, SUBCLASS])
def test_what_was_made_since_the_last_check_is_set_apart(kind: Callable[..., object]) -> None:
    _, before = references()
    kept = [kind([None] * 100) for _ in range(50)]
    apart, walked = references()
    assert abs(apart - before - 100 * len(kept) - len(kept)) <= 10
    assert abs(apart - walked) <= 3


def test_what_died_since_is_counted_no_more() -> None:
    kept = [[None] * 100 for _ in range(50)]
    apart, _ = references()
    del kept
    after, walked = references()
    assert abs(apart - after - 5050) <= 10
    assert abs(after - walked) <= 3


def test_a_collection_between_two_checks_mixes_nothing_up() -> None:
    kept = [[None] * 10 for _ in range(500)]
    for _ in range(3):
        gc.collect()
        kept.append([None] * 7)
        assert_equal_but_for_ours()


@pytest.mark.parametrize(
    "what",
    [gc.collect, gc.unfreeze, lambda: (gc.unfreeze(), gc.freeze()), lambda: gc.collect(1)],
    ids=["collects", "thaws", "freezes", "collects-young"],
)
def test_a_body_that_plays_with_the_collector_is_counted_all_the_same(
    what: Callable[[], object],
) -> None:
    kept: list[list[None]] = []

    def body() -> None:
        what()
        kept.append([None] * 20)

    check = _core.Check()
    check.drive(body)
    result = check.result()
    assert result["verdict"] == 1
    gc.unfreeze()
    assert_equal_but_for_ours()


def test_a_list_that_grows_in_place_shows_in_the_next_reading() -> None:
    kept = [None] * 5000
    del kept[100:]
    check = _core.Check()
    check.drive(lambda: kept.append(None))
    readings = check.result()["readings"]
    assert readings[1][5] - readings[0][5] == 1


def test_every_object_is_still_the_collector_s_own() -> None:
    gc.collect()  # Which drops simple tuples from its lists by itself.
    before = {id(one) for one in gc.get_objects()}
    references()
    gc.collect()
    gone = before - {id(one) for one in gc.get_objects()}
    assert len(gone) < 100
    assert gc.get_freeze_count() == 0 or sys.version_info[:2] == (3, 12)


def test_a_check_does_not_make_a_collection_of_a_large_heap_due() -> None:
    script = """
        import gc
        from leakcheck import _core
        gc.set_threshold(100, 2, 2)
        heap = [[] for _ in range(100_000)]
        gc.collect()
        whole = 0
        def count(phase, info):
            global whole
            whole += phase == "stop" and info["generation"] == 2
        _core.Check().drive(lambda: None)
        gc.callbacks.append(count)
        # Enough for a full collection to be due, were the heap not more than four times larger.
        heap += [[] for _ in range(20_000)]
        print(whole)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert int(done.stdout) == 0


def test_a_list_that_is_left_out_is_counted_no_more() -> None:
    kept = [[None] * 100 for _ in range(50)]
    before, walked = references()
    assert abs(before - walked) <= 3
    assert _core.leave_out([*kept, "no list", None])
    assert abs(before - first_reading() - 5000) <= 10


def test_what_grows_beside_a_list_that_is_left_out_is_seen() -> None:
    out, grows = [None], [None]
    references()
    assert _core.leave_out([out])
    check = _core.Check()
    check.drive(lambda: (out.append(None), grows.append(None)))
    first, second = (one[5] for one in check.result()["readings"][:2])
    assert second - first == 1


def test_all_are_counted_again_once_everything_is_set_apart_anew() -> None:
    kept = [[None] * 100 for _ in range(50)]
    references()
    assert _core.leave_out(kept)
    before = _core.sortings()
    gc.collect()
    apart, walked = references()
    assert _core.sortings() > before
    assert abs(apart - walked) <= 3


def test_nothing_is_left_out_after_a_full_collection_or_within_a_check() -> None:
    said: list[bool] = []
    _core.Check().drive(lambda: None if said else said.append(_core.leave_out([])))
    assert said == [False]
    references()
    gc.collect()
    assert not _core.leave_out([])


def test_what_is_left_out_comes_in_a_list() -> None:
    with pytest.raises(TypeError, match="a list of lists"):
        _core.leave_out(([],))  # type: ignore[arg-type]
