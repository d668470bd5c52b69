# SPDX-License-Identifier: MIT
"""Which sites are one group, in which order they are shown, and where their stacks part."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.judge import sites as module_under_test
from leakcheck.judge.sites import Fold, fold, group, is_harness, owner, parting, relative
from leakcheck.model import Frame, Site

LEAF = Frame("x.py", "f", 5)


def at(file: str, line: int = 1, column: int | None = None) -> Frame:
    return Frame(file, "f", line, None, column)


def site(*frames: Frame, blocks: int = 1, size: int = 0, grows: bool = True) -> Site:
    return Site(
        frames,
        truncated=False,
        blocks=blocks,
        bytes=size,
        series=(0, blocks),
        grows=grows,
        exact=True,
        rate=1.0,
    )


FRAMES = st.builds(at, st.sampled_from("abc"), st.integers(1, 2), st.none() | st.integers(0, 2))
SITES = st.lists(
    st.builds(
        lambda frames, blocks, size, grows: site(*frames, blocks=blocks, size=size, grows=grows),
        st.lists(FRAMES, min_size=1, max_size=4),
        st.integers(-2, 3),
        st.integers(-2, 3),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.frames,
)


@given(SITES, st.randoms(use_true_random=False))
def test_groups_are_the_sites_whatever_their_order(sites, random):
    groups = group(sites)
    assert sorted(map(repr, sites)) == sorted(repr(part) for one in groups for part in one.parts)
    assert [one.blocks for one in groups] == [sum(p.blocks for p in one.parts) for one in groups]
    assert [one.bytes for one in groups] == [sum(p.bytes for p in one.parts) for one in groups]
    random.shuffle(sites)
    assert group(sites) == groups


@given(SITES)
def test_what_grows_comes_first_then_more_blocks_then_more_bytes(sites):
    groups = group(sites)
    for ranked in (groups, *(one.parts for one in groups)):
        ranks = [(not one.grows, -one.blocks, -one.bytes) for one in ranked]
        assert ranks == sorted(ranks)


def test_of_parts_with_as_many_blocks_the_one_with_more_bytes_comes_first():
    small, large = (site(at("x.py", 5, column), size=size) for column, size in ((1, 10), (2, 20)))
    (only,) = group([small, large])
    assert only.parts == (large, small)


def test_an_expression_without_a_known_column_comes_before_those_with_one():
    sites = [site(at("x.py", 5, column)) for column in (2, None, 0, 1)]
    (only,) = group(sites)
    assert [part.leaf.column for part in only.parts] == [None, 0, 1, 2]
    assert group(sites[::-1]) == (only,)


def test_stacks_that_differ_in_the_middle_only_are_two_groups():
    outer = at("test.py")
    stacks = [(outer, at("a.py"), LEAF), (outer, at("b.py"), LEAF)]
    assert len(group([site(*stack) for stack in stacks])) == 2


def test_native_blocks_are_a_group_of_their_own():
    ours = site(LEAF)
    native = replace(ours, native=True, blocks=9)
    assert [one.native for one in group([ours, native, native])] == [True, False]


@pytest.mark.parametrize("outer", [0, 1, 2, 5])
def test_a_stack_that_is_the_inner_part_of_another_parts_at_its_own_outermost_frame(outer):
    inner = (at("b.py"), at("c.py"), LEAF)
    around = tuple(at("a.py", line + 1) for line in range(outer + 1))
    groups = group([site(*around, *inner, blocks=9), site(*inner, blocks=8)])
    assert parting(groups, 0) == (1, 3)
    assert parting(groups, 1) == (0, 3)


@pytest.mark.parametrize("common", range(4))
def test_stacks_part_where_they_differ_however_deep_they_are(common):
    shared = (*(at("c.py", line + 1) for line in range(common)), LEAF)
    deep = site(at("a.py"), at("b.py"), at("d.py"), *shared, blocks=9)
    flat = site(at("e.py"), *shared, blocks=8)
    groups = group([deep, flat])
    assert parting(groups, 0) == (1, common + 1)
    assert parting(groups, 1) == (0, common + 1)


@given(st.lists(st.sampled_from(["/p/app.py", "/l/lib.py", "/m/more.py"]), min_size=1), st.data())
def test_a_folded_stack_has_each_frame_shown_or_counted(files, data):
    frames = [at(file, line + 1) for line, file in enumerate(files)]
    keep = data.draw(st.sets(st.integers(0, len(frames) - 1)))
    shown = fold(frames, Path("/p"), keep=keep)
    assert sum(one.count if isinstance(one, Fold) else 1 for one in shown) == len(frames)
    kept = [one for one in shown if isinstance(one, Frame)]
    last = len(frames) - 1
    assert kept == [
        one
        for index, one in enumerate(frames)
        if index in keep or index == last or one.file == "/p/app.py"
    ]
    assert not any(
        isinstance(left, Fold) and isinstance(right, Fold)
        for left, right in itertools.pairwise(shown)
    )


def test_a_standard_library_at_an_unusual_place_is_known_too(monkeypatch):
    monkeypatch.setattr(module_under_test, "_OWN_STDLIB", "/opt/py/Lib/")
    assert owner(at("/opt/py/Lib/json/decoder.py")) == "json"
    assert is_harness(at("/opt/py/Lib/unittest/case.py"))
    assert owner(at("/opt/py/Libs/json/decoder.py")) == "json"
    assert not is_harness(at("/opt/py/Libs/unittest/case.py"))


def test_the_unusual_place_is_where_this_interpreter_has_its_library():
    assert f"{module_under_test._OWN_STDLIB}json/__init__.py" == json.__file__


def test_the_root_itself_is_not_under_the_root():
    assert relative("/", Path("/")) is None
    assert relative("/srv/BOX/a.py", Path("/srv/BOX")) == "a.py"
