# SPDX-License-Identifier: MIT
"""What stays behind is told by type, with who holds it; native code comes first."""

from __future__ import annotations

from leakcheck.measure.holding import Held, Path
from leakcheck.measure.surviving import SAMPLE, SHOWN, groups, survivors


class One:
    """A type."""


class Other:
    """Another."""


class Ours:
    """As if it were of what runs the tests."""

    __module__ = "_pytest.fixtures"


def test_types_with_as_many_new_objects_as_the_runs_explain_are_kept() -> None:
    fresh = [One()] * 16 + [Other()] * 7 + [Ours()] * 99
    found = groups(fresh, 8)
    assert [(one.type.rpartition(".")[2], one.size) for one in found] == [("One", 16)]


def test_only_so_many_types_and_objects_are_looked_at() -> None:
    kinds = [type(f"Kind{number}", (), {}) for number in range(SHOWN + 3)]
    fresh = [kind() for place, kind in enumerate(kinds) for _ in range(SAMPLE + place)]
    found = groups(fresh, 1)
    assert [one.size for one in found] == sorted((one.size for one in found), reverse=True)
    assert len(found) == SHOWN
    assert {len(one.sample) for one in found} == {SAMPLE}


def test_what_native_code_holds_comes_first_and_the_commonest_path_counts() -> None:
    kept = groups([One()] * 9 + [Other()] * 5, 5)
    usual, rare = Path("app.x", "app"), Path("lib.y", "lib")
    found = [
        *[Held(usual, 0)] * 7,
        *[Held(rare, 1)] * 2,
        *[Held(None, 2)] * 3,
        *[Held(None, None)] * 2,
    ]
    first, second = survivors(kept, found, 5)
    assert first.type.endswith("Other")
    assert (first.native, first.path, first.count, first.runs) == (2, "", 5, 5)
    assert (second.native, second.path, second.module) == (0, "app.x", "app")


def test_a_search_that_did_not_end_says_nothing_of_native_code() -> None:
    kept = groups([One()] * 9, 5)
    (only,) = survivors(kept, [Held(None, None)] * 9, 9)
    assert only.native is None


def test_types_of_a_module_come_before_builtin_ones() -> None:
    kept = groups([[] for _ in range(20)] + [One()] * 9, 5)
    found = survivors(kept, [Held(None, 0)] * 29, 9)
    assert [one.count for one in found] == [9, 20]
