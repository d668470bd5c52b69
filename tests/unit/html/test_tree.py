# SPDX-License-Identifier: MIT
"""The stacks of a leak as a nested list."""

from leakcheck.html.tree import DEEPEST, rows
from leakcheck.model import Frame
from tests.unit.made_sessions import grown, leak
from tests.unit.unchecked import LONG


def site(names, blocks):
    frames = (Frame("app.py", name, at + 1) for at, name in enumerate(names))
    return grown(frames, (0, blocks))


def shown(*sites):
    return [
        (".".join(frame.function for frame in row.frames), row.blocks, row.opens, row.closes)
        for row in rows(leak(sites=sites))
    ]


def test_calls_with_nothing_between_them_are_one_item():
    assert shown(site("abc", 5)) == [("a.b.c", 5, False, 0)]


def test_the_larger_branch_stands_first_and_lists_close():
    assert shown(site("abx", 2), site("aby", 5), site("z", 1)) == [
        ("a.b", 7, True, 0),
        ("y", 5, False, 0),
        ("x", 2, False, 1),
        ("z", 1, False, 0),
    ]


def test_a_call_that_allocates_and_calls_on_is_an_item_of_its_own():
    assert shown(site("a", 3), site("ab", 2)) == [("a", 5, True, 0), ("b", 2, False, 1)]


def test_what_does_not_grow_is_no_part_of_it():
    assert shown(site("a", 0), site("b", -4)) == []


def test_shares_are_of_all_that_stayed():
    assert [row.share for row in rows(leak(sites=(site("a", 3), site("b", 1))))] == [0.75, 0.25]


@LONG
def test_as_many_lists_open_as_close_however_deep():
    deep = [site("f" * depth, 1) for depth in range(1, 3 * DEEPEST)]
    found = rows(leak(sites=tuple(deep)))
    depths = [0]
    for row in found:
        depths.append(depths[-1] + row.opens - row.closes)
    assert depths[-1] == 0
    assert max(depths) == DEEPEST
    assert len(found) == len(deep)
