# SPDX-License-Identifier: MIT
"""Native stacks as people read them."""

from __future__ import annotations

import dataclasses

import pytest

from leakcheck.explain.source import Sources
from leakcheck.model import Frame, NativeFrame, Site
from leakcheck.report.native import STACKS, from_library, in_words, stacks, taken_by
from leakcheck.report.places import Painter, Style

INSTALLED = "/v/lib/python3.13/site-packages"
OURS = NativeFrame(
    f"{INSTALLED}/PIL/_imaging.so",
    0x1A0,
    "unsharp",
    "src/unsharp.c",
    41,
    build_id="81a88af245d0c3",
    distribution="pillow",
    version="11.0.0",
)
NEW = NativeFrame("/usr/lib/libstdc++.so.6", 0x20, "operator new(unsigned long)")
LIBC = NativeFrame("/usr/lib/libc.so.6", 0x30, "strdup")
EMPTY = Site(
    (Frame("t.py", "f", 1),),
    truncated=False,
    blocks=16,
    bytes=1600,
    series=(0, 16),
    grows=True,
    exact=True,
    rate=1.0,
    native=True,
)


def of(*frames: NativeFrame) -> Site:
    return dataclasses.replace(EMPTY, native_frames=frames)


@pytest.fixture
def painter(tmp_path):
    return Painter(tmp_path, Style(unicode=False), Sources())


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (OURS, "unsharp at src/unsharp.c:41 in _imaging.so"),
        (LIBC, "strdup (+0x30) in libc.so.6"),
        (NativeFrame("/a/b.so", 0x1F), "+0x1f in b.so"),
        (NativeFrame(""), "code that lies in no file"),
    ],
)
def test_a_frame_says_what_is_known_of_it(frame, text):
    assert in_words(frame) == text


def test_the_library_is_named_with_its_distribution_and_build(painter):
    assert from_library(OURS) == "pillow 11.0.0, build id 81a88af245d0"
    assert from_library(NEW) == ""
    assert list(taken_by(painter, of(OURS, NEW))) == [
        "   taken by      unsharp at src/unsharp.c:41 in _imaging.so",
        "   library       PIL/_imaging.so, pillow 11.0.0, build id 81a88af245d0",
    ]
    assert list(taken_by(painter, of())) == []
    assert len(list(taken_by(painter, of(NativeFrame(""))))) == 1


def test_a_stack_stands_outermost_first(painter):
    assert list(stacks(painter, [of(OURS, LIBC)])) == [
        "   native stack, outermost call first",
        "     unsharp at src/unsharp.c:41 in _imaging.so",
        "     strdup (+0x30) in libc.so.6",
    ]
    assert list(stacks(painter, [of()])) == []


def test_several_stacks_of_one_line_say_how_much_is_whose(painter):
    told = list(stacks(painter, [of(OURS)] * (STACKS + 2)))
    assert told[0] == "   native stack of +16 blocks, outermost call first"
    assert told[-1] == "   and 2 more native stacks: +32 blocks"


def test_names_of_a_library_do_no_more_than_show(painter):
    told = "".join(taken_by(painter, of(NativeFrame("/a/\x1b[31m.so", 1, "a\nb\u202e"))))
    assert told.isprintable()
    assert told.isascii()


def test_a_source_of_the_project_is_named_from_its_root(painter):
    own = dataclasses.replace(OURS, file=f"{painter.root}/src/a.c", library=f"{painter.root}/a.so")
    assert next(iter(taken_by(painter, of(own)))).endswith("unsharp at src/a.c:41 in a.so")


def test_of_a_long_name_the_arguments_are_left_out():
    frame = NativeFrame("/a/b.so", 1, f"greenlet::start({'greenlet::refs::Owned&, ' * 5}int)")
    assert in_words(frame) == "greenlet::start(...) (+0x1) in b.so"
