# SPDX-License-Identifier: MIT
from __future__ import annotations

import asyncio
import json
import os
import random
import unittest
import unittest.mock
from dataclasses import replace
from pathlib import Path

import pluggy
import pytest

import leakcheck.model
import leakcheck.probes
from leakcheck.judge.sites import (
    Fold,
    fold,
    group,
    installed_path,
    is_harness,
    is_project,
    owner,
    parting,
    project_frame,
    relative,
    telling,
)
from leakcheck.model import Frame, Site

ROOT = Path("/srv/me/project")
PACKAGES = "/v/lib/python3.12/site-packages"


def at(file, line=1, function="f", *extent):
    return Frame(file, function, line, *extent)


def site(*frames, blocks=1, size=0, grows=True, truncated=False):
    return Site(frames, truncated, blocks, size, (0, blocks), grows, exact=True, rate=1.0)


@pytest.mark.parametrize(
    "file",
    [
        pytest.__file__,
        pluggy.__file__,
        unittest.__file__,
        asyncio.runners.__file__,
        asyncio.base_events.__file__,
        leakcheck.model.__file__,
        f"{PACKAGES}/_pytest/python.py",
        f"{PACKAGES}/pytest_asyncio/plugin.py",
        f"{PACKAGES}/xdist/remote.py",
        f"{PACKAGES}/leakcheck/measure/protocol.py",
        f"{PACKAGES}/anyio/pytest_plugin.py",
        f"{PACKAGES}/pytest.py",
        "/usr/lib/python3.11/doctest.py",
        "/usr/lib/python3.11/asyncio/events.py",
        "/usr/lib/python3.11/asyncio/proactor_events.py",
        "/usr/lib/python3.11/asyncio/selector_events.py",
        "/usr/lib/python3.11/asyncio/unix_events.py",
        "/usr/lib/python3.11/asyncio/windows_events.py",
        "/usr/lib/python3.11/unittest/case.py",
        "/usr/lib64/python3.13t/asyncio/runners.py",
    ],
)
def test_what_runs_tests_is_the_harness(file):
    assert is_harness(at(file))


HARNESS = at(f"{PACKAGES}/_pytest/python.py")
STDLIB = at("/usr/lib/python3.11/threading.py")
TESTED = at("/srv/me/project/app.py")
INSTALLED = at(f"{PACKAGES}/app/core.py")


@pytest.mark.parametrize(
    ("frames", "inner"),
    [
        ((HARNESS, TESTED), 2),
        ((HARNESS, INSTALLED), 2),
        ((INSTALLED, TESTED, STDLIB), 2),
        ((TESTED,), 1),
        ((INSTALLED, TESTED, STDLIB, STDLIB), 3),
        ((TESTED, at("<frozen zipimport>"), STDLIB, STDLIB), 4),
        ((TESTED, HARNESS), 0),
        ((HARNESS, STDLIB), 0),
        ((TESTED, HARNESS, at("<frozen _collections_abc>")), 0),
        ((TESTED, HARNESS, STDLIB), 0),
        ((at("", line=0),), 0),
    ],
)
def test_a_site_tells_by_its_frames_from_the_innermost_code_that_is_not_given(frames, inner):
    assert telling(site(*frames)) == frames[len(frames) - inner :]


@pytest.mark.parametrize(
    "file",
    [
        json.__file__,
        unittest.mock.__file__,
        asyncio.tasks.__file__,
        f"{PACKAGES}/anyio/_core/_tasks.py",
        f"{PACKAGES}/unittest/case.py",
        "/srv/me/project/unittest/case.py",
        "/srv/me/pluggy/src/pluggy/_hooks.py",
        "/srv/me/project/leakcheck/model.py",
        "<string>",
        "",
    ],
)
def test_libraries_and_projects_are_not_the_harness(file):
    assert not is_harness(at(file))


@pytest.mark.parametrize(
    "file",
    [
        "/srv/me/project/app.py",
        "/srv/me/project/src/pkg/build/x.py",
        "/srv/me/project/src/../app.py",
        "/srv/me/project/.github/x.py",
        "tests/test_app.py",
    ],
)
def test_files_under_the_root_are_the_projects(file):
    assert is_project(at(file), ROOT)


@pytest.mark.parametrize(
    "file",
    [
        "/srv/me/project2/app.py",
        "/srv/me/project",
        "/srv/me/project/../other.py",
        "/srv/me/project/.venv/bin/x.py",
        "/srv/me/project/sub/venv/x.py",
        "/srv/me/project/.tox/py312/x.py",
        "/srv/me/project/.nox/tests/x.py",
        "/srv/me/project/.eggs/tool/x.py",
        "/srv/me/project/vendor/dist-packages/click/core.py",
        "/srv/me/project/env/lib/python3.12/site-packages/click/core.py",
        "/srv/me/project/env/lib/python3.12/json/decoder.py",
        "/srv/me/project/build/lib/pkg/x.py",
        "../other.py",
        "<string>",
        "<frozen importlib._bootstrap>",
        "",
    ],
)
def test_installed_built_and_generated_files_are_not_the_projects(file):
    assert not is_project(at(file), ROOT)


def test_the_standard_library_is_nobodys_project_even_when_the_root_is_slash():
    assert not is_project(at(os.__file__), Path("/"))
    assert is_project(at("/srv/app.py"), Path("/"))


def test_a_project_inside_site_packages_can_be_the_root():
    assert is_project(at(f"{PACKAGES}/pkg/x.py"), Path(f"{PACKAGES}/pkg"))


def test_windows_paths_are_understood():
    frame = at("C:\\py\\Lib\\site-packages\\_pytest\\python.py")
    assert is_harness(frame)
    assert owner(frame) == "pytest"
    assert is_project(at("C:\\p\\app.py"), Path("C:/p"))


def test_the_project_frame_is_the_innermost_of_the_project():
    outer, inner, leaf = at("test.py"), at("app.py"), at(f"{PACKAGES}/click/core.py")
    assert project_frame(site(outer, inner, leaf), ROOT) is inner
    assert project_frame(site(leaf), ROOT) is None


def test_one_line_reached_one_way_is_one_group_of_parts():
    way = (at("test.py", 3), at("app.py", 9))
    made = site(*way, at("x.py", 5, "f", 5, 10, 20), blocks=10, size=100)
    kept = site(*way, at("x.py", 5, "f", 5, 0, 8), blocks=20, size=64, grows=False)
    (only,) = group([kept, made])
    assert only.parts == (made, kept)
    assert (only.blocks, only.bytes, only.grows) == (30, 164, True)
    assert only.leaf is made.leaf


@pytest.mark.parametrize(
    "other",
    [
        site(at("test.py", 4), at("x.py", 5)),
        site(at("test.py", 3, "f", 3, 1, 2), at("x.py", 5)),
        site(at("test.py", 3), at("x.py", 6)),
        site(at("test.py", 3), at("x.py", 5, "g")),
        site(at("test.py", 3), at("x.py", 5), truncated=True),
        site(at("x.py", 5)),
    ],
)
def test_another_way_or_another_line_is_another_group(other):
    assert len(group([site(at("test.py", 3), at("x.py", 5)), other])) == 2


def test_the_order_of_groups_depends_on_the_sites_alone():
    sites = [
        site(at("a.py", line, "f", None, column), blocks=blocks, size=size, grows=grows)
        for line in (1, 2)
        for column in (None, 3)
        for blocks in (1, 5)
        for size in (0, 9)
        for grows in (True, False)
    ]
    sites += [replace(one, frames=(at(f"b{n}.py"),)) for n, one in enumerate(sites)]
    expected = group(sites)
    for seed in range(5):
        random.Random(seed).shuffle(sites)
        assert group(sites) == expected
    assert [one.grows for one in expected] == sorted((one.grows for one in expected), reverse=True)
    growing = [one.blocks for one in expected if one.grows]
    assert growing == sorted(growing, reverse=True)


def test_stacks_part_at_the_innermost_frame_that_differs():
    leaf, common = at("x.py", 5), at("mid.py", 7)
    groups = group(
        [
            site(at("t.py", 1), at("a.py"), common, leaf, blocks=9),
            site(at("t.py", 2), at("b.py"), common, leaf, blocks=8),
            site(at("t.py", 3), at("b.py"), common, leaf, blocks=7),
            site(at("y.py"), blocks=6),
        ]
    )
    assert [parting(groups, index) for index in range(4)] == [(1, 2), (2, 3), (1, 3), None]


def test_other_frames_fold_and_name_their_owners_once():
    own, leaf = at("test.py"), at(f"{PACKAGES}/click/core.py")
    hidden = [at(f"{PACKAGES}/{name}") for name in ("_pytest/a.py", "pluggy/b.py", "pytest/c.py")]
    assert fold([*hidden, own, *hidden[1:], leaf], ROOT) == (
        Fold(3, ("pytest", "pluggy")),
        own,
        Fold(2, ("pluggy", "pytest")),
        leaf,
    )
    assert fold([*hidden, leaf], ROOT, keep=[1]) == (
        Fold(1, ("pytest",)),
        hidden[1],
        Fold(1, ("pytest",)),
        leaf,
    )


def test_a_stack_of_one_frame_is_kept():
    leaf = at(f"{PACKAGES}/_pytest/a.py")
    assert fold([leaf], ROOT) == (leaf,)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (f"{PACKAGES}/six.py", "six"),
        (f"{PACKAGES}/bundle/site-packages/click/core.py", "click"),
        (f"{PACKAGES}/_pytest/x.py", "pytest"),
        ("/usr/lib/python3.11/asyncio/runners.py", "asyncio"),
        (json.__file__, "json"),
        (leakcheck.model.__file__, "leakcheck"),
        (leakcheck.probes.__file__, "leakcheck"),
        ("<frozen importlib._bootstrap_external>", "importlib"),
        ("<attrs generated init x>", "<attrs generated init x>"),
        ("<made//from/../a template>", "<made//from/../a template>"),
        ("/srv/my/own/tools/x.py", "tools"),
        ("tools/x.py", "tools"),
        ("/x.py", "x.py"),
        ("x.py", "x.py"),
        ("", "(no Python stack)"),
    ],
)
def test_owners_are_called_what_people_call_them(file, expected):
    assert owner(at(file)) == expected


def test_paths_are_shown_from_the_root_or_from_where_they_are_installed():
    assert relative("/srv/me/project/a/b.py", ROOT) == "a/b.py"
    assert relative("/elsewhere/b.py", ROOT) is None
    assert installed_path(at(f"{PACKAGES}/click/core.py")) == "click/core.py"
    assert installed_path(at("/usr/lib/python3.11/json/decoder.py")) == "json/decoder.py"
    assert installed_path(at("/srv/me/project/a.py")) is None
