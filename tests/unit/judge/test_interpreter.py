# SPDX-License-Identifier: MIT
"""Each known leak of CPython is there on the versions that the table names, and only there."""

from __future__ import annotations

import contextlib
import gc
import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leakcheck.config import Settings
from leakcheck.judge.interpreter import TABLE, known
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Result, Verdict
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
