# SPDX-License-Identifier: MIT
"""Each known leak of CPython is there on the versions that the table names, and only there."""

from __future__ import annotations

import contextlib
import gc
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from leakcheck.config import Settings
from leakcheck.judge import interpreter
from leakcheck.judge.interpreter import TABLE, known
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Container, Result, Verdict
from tests.unit.unchecked import MEASURES

NUMBERS = itertools.count()
VERSION = sys.version_info[:3]
WINDOW = 60
CLEAR = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache  # since 3.13


def growth(body: Callable[[], object]) -> list[int]:
    """Blocks that each of three windows adds: a plain loop, without leakcheck."""

    def live() -> int:
        for _ in range(3):
            gc.collect()
        CLEAR()
        return sys.getallocatedblocks()

    levels = []
    for _ in range(4):
        for _ in range(WINDOW):
            body()
        levels.append(live())
    return [after - before for before, after in itertools.pairwise(levels)]


def intern_a_new_string() -> object:
    return sys.intern(f"part of a path {next(NUMBERS)}")


def compile_a_new_name() -> object:
    return compile(f"name{next(NUMBERS)} = 1", "made", "exec")


@pytest.fixture
def import_from_a_new_folder(tmp_path: Path) -> Callable[[], object]:
    def body() -> None:
        folder = tmp_path / f"folder{next(NUMBERS)}"
        folder.mkdir()
        sys.path.insert(0, str(folder))
        try:
            with contextlib.suppress(ImportError):
                __import__("a_module_that_is_nowhere")
        finally:
            del sys.path[0]
            folder.rmdir()

    return body


def has(name: str) -> bool:
    entry = next(one for one in TABLE if one.name == name)
    return entry.since <= VERSION < entry.before


@MEASURES
def test_interned_strings_stay_on_the_versions_of_the_table_only() -> None:
    windows = growth(intern_a_new_string)
    leaks = min(windows) >= WINDOW - 5
    assert leaks == has("interned strings")
    result = check_callable(intern_a_new_string, Settings())
    assert (result.verdict is Verdict.LEAK) == leaks
    if leaks:
        entry = known(result)
        assert entry is not None
        assert entry.name == "interned strings"


@MEASURES
def test_names_of_compiled_code_stay_on_the_versions_of_the_table_only() -> None:
    windows = growth(compile_a_new_name)
    leaks = min(windows) >= WINDOW - 5
    assert leaks == (has("interned strings") or has("names of compiled code"))
    result = check_callable(compile_a_new_name, Settings())
    assert (result.verdict is Verdict.LEAK) == leaks
    assert (known(result) is not None) == leaks


@MEASURES
def test_each_new_folder_to_import_from_stays_in_the_importer_cache(
    import_from_a_new_folder: Callable[[], object],
) -> None:
    assert min(growth(import_from_a_new_folder)) >= WINDOW * 5
    result = check_callable(import_from_a_new_folder, Settings())
    assert result.verdict is Verdict.UNBOUNDED_CACHE
    assert result.cache == "sys.path_importer_cache"
    entry = known(result)
    assert entry is not None
    assert entry.name == "sys.path_importer_cache"


@MEASURES
def test_a_leak_of_the_program_is_not_the_interpreters() -> None:
    kept: list[object] = []
    result = check_callable(lambda: kept.append([]), Settings())
    assert result.verdict is Verdict.LEAK
    assert known(result) is None


def test_the_table_is_bound_to_versions() -> None:
    grown = Result(Verdict.LEAK, "", 1.0, interned=1.0)
    assert [one.name for v in ((3, 12, 1), (3, 12, 7), (3, 13, 0)) if (one := known(grown, v))] == [
        "interned strings",
        "names of compiled code",
        "names of compiled code",
    ]
    assert known(grown, (3, 11, 7)) is None


INTERNED = Result(Verdict.LEAK, "", 1.0, interned=1.0)
IMPORTED = Result(Verdict.UNBOUNDED_CACHE, "", 1.0, cache="sys.path_importer_cache")


@pytest.mark.parametrize(
    ("result", "version", "name"),
    [
        (INTERNED, (3, 11, 99), None),
        (INTERNED, (3, 12, 0), "interned strings"),
        (INTERNED, (3, 12, 6), "interned strings"),
        (INTERNED, (3, 12, 7), "names of compiled code"),
        (INTERNED, (3, 15, 99), "names of compiled code"),
        (INTERNED, (3, 16, 0), None),
        (IMPORTED, (3, 10, 99), None),
        (IMPORTED, (3, 11, 0), "sys.path_importer_cache"),
        (IMPORTED, (3, 15, 99), "sys.path_importer_cache"),
        (IMPORTED, (3, 16, 0), None),
    ],
)
def test_an_entry_holds_from_its_first_version_to_the_last_that_was_looked_at(
    result: Result, version: interpreter.Version, name: str | None
) -> None:
    entry = known(result, version)
    assert (entry.name if entry else None) == name


def test_without_a_version_it_is_the_running_ones_micro_version_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for micro, name in ((0, "interned strings"), (7, "names of compiled code")):
        running = SimpleNamespace(version_info=(3, 12, micro, "final", 0))
        monkeypatch.setattr(interpreter, "sys", running)
        entry = known(INTERNED)
        assert entry is not None
        assert entry.name == name


@pytest.mark.parametrize(
    ("rate", "interned", "explained"),
    [
        (1.0, 0.8, True),
        (1.0, 0.75, False),
        (10.0, 8.0, True),
        (10.0, 7.5, False),
        (0.5, 0.5, True),
        (0.0, 0.0, False),
    ],
)
def test_interned_strings_explain_a_growth_that_is_for_the_most_part_theirs(
    rate: float, interned: float, *, explained: bool
) -> None:
    result = Result(Verdict.LEAK, "", rate, interned=interned)
    assert (known(result, (3, 12, 1)) is not None) == explained


def test_a_container_that_grows_is_not_explained_by_interned_strings() -> None:
    held = Result(
        Verdict.LEAK, "", 1.0, interned=1.0, containers=(Container("dict", "app.A", "app", 0, 9),)
    )
    assert known(held, (3, 12, 1)) is None


def test_the_importer_cache_is_looked_for_in_what_grows_most() -> None:
    cache = Container("dict", "sys.path_importer_cache", "sys", 0, 9)
    other = Container("dict", "app.A", "app", 0, 99)
    entry = known(Result(Verdict.LEAK, "", 1.0, containers=(cache, other)), (3, 13, 0))
    assert entry is not None
    assert entry.name == "sys.path_importer_cache"
    assert known(Result(Verdict.LEAK, "", 1.0, containers=(other, cache)), (3, 13, 0)) is None


def test_each_entry_says_that_it_is_cpythons_doing() -> None:
    assert all(one.sentence.startswith("CPython ") for one in TABLE)
