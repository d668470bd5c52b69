# SPDX-License-Identifier: MIT
"""Who has to look at a leak: what holds it decides, then the code nearest to it."""

from __future__ import annotations

import json
import platform
import sys
import types
from dataclasses import replace
from importlib import metadata

import pytest

from leakcheck.judge.whose import distribution_or_package, file_of_module, in_words, whose
from leakcheck.model import (
    Count,
    Frame,
    NativeFrame,
    Owner,
    Result,
    Whose,
)
from tests.unit.judge import made_leaks
from tests.unit.judge.made_leaks import CLICK, LIBRARY, OWN, PACKAGES, PYTEST, ROOT, TEST

FILES = {
    "click._compat": f"{PACKAGES}/click/_compat.py",
    "app.bus": f"{ROOT}/app/bus.py",
    "tests.conftest": f"{ROOT}/tests/conftest.py",
    "app.test_bus": f"{ROOT}/app/test_bus.py",
    "app.testing.made": f"{ROOT}/app/testing/made.py",
    "contest": f"{ROOT}/contest/app.py",
    "six": f"{PACKAGES}/six.py",
    "_pytest.monkeypatch": f"{PACKAGES}/_pytest/monkeypatch.py",
    "frozen": "<frozen frozen>",
    "elsewhere": "/opt/tools/elsewhere.py",
    "json": "/usr/lib/python3.13/json/__init__.py",
    "sys": "",
}


def leak(*frames: Frame, held: str = "", module: str = "", interned: float = 0.0) -> Result:
    return replace(
        made_leaks.leak(*(frames or (OWN,)), held=held, module=module), interned=interned
    )


def judged(result: Result) -> Whose:
    return whose(
        result,
        ROOT,
        file_of=lambda m: FILES.get(m, ""),
        distribution=lambda p: (p.partition("/")[0].removesuffix(".py"), "8.5.1"),
    )


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ((TEST, OWN), "project app/bus.py"),
        ((TEST,), "test tests/test_bus.py"),
        ((TEST, CLICK), "dependency click 8.5.1"),
        ((TEST, CLICK, LIBRARY), "dependency click 8.5.1"),
        ((TEST, OWN, LIBRARY), "project app/bus.py"),
        ((PYTEST, LIBRARY), "standard library json"),
        ((PYTEST,), "unknown"),
        ((PYTEST, Frame("<frozen importlib._bootstrap>", "f", 1)), "standard library importlib"),
        ((PYTEST, Frame("/opt/tools/run.py", "run", 3)), "unknown tools"),
        ((TEST, Frame("/opt/tools/run.py", "run", 3)), "test tests/test_bus.py"),
    ],
)
def test_without_a_holder_the_innermost_code_of_the_program_is_to_blame(
    frames: tuple[Frame, ...], words: str
) -> None:
    assert in_words(judged(leak(*frames))) == words


@pytest.mark.parametrize(
    ("held", "module", "words"),
    [
        ("click._compat._cache.data", "click._compat", "dependency click 8.5.1"),
        ("app.bus.BUS.handlers", "app.bus", "project app/bus.py"),
        ("tests.conftest.KEPT", "tests.conftest", "test tests/conftest.py"),
        ("app.test_bus.KEPT", "app.test_bus", "test app/test_bus.py"),
        ("app.testing.made.ROWS", "app.testing.made", "test app/testing/made.py"),
        ("contest.ROWS", "contest", "project contest/app.py"),
        ("six.moves", "six", "dependency six 8.5.1"),
        (
            "_pytest.monkeypatch.notset",
            "_pytest.monkeypatch",
            "leakcheck or pytest; a bug of ours, please report it",
        ),
        ("frozen.main", "frozen", "standard library frozen"),
        ("sys.meta_path", "sys", "standard library sys"),
        ("elsewhere.ROWS", "elsewhere", "unknown elsewhere"),
        ("json.registry", "json", "standard library json"),
        ("fixture `db` (session).rows", "", "fixture `db` (session)"),
    ],
)
def test_what_holds_the_objects_decides(held: str, module: str, words: str) -> None:
    assert in_words(judged(leak(TEST, LIBRARY, held=held, module=module))) == words


def test_the_importer_cache_is_the_interpreters_and_known() -> None:
    result = leak(TEST, LIBRARY, held="sys.path_importer_cache", module="sys")
    found = judged(result)
    assert (found.owner, found.name) == (Owner.INTERPRETER, "CPython")
    assert found.version == platform.python_version()
    assert "path_importer_cache" in found.known
    assert not replace(result, whose=found).fails


@pytest.mark.parametrize(
    ("frames", "alone", "words"),
    [
        ((PYTEST,), 1.0, "leakcheck or pytest; a bug of ours, please report it"),
        ((PYTEST, LIBRARY), 1.0, "leakcheck or pytest; a bug of ours, please report it"),
        ((PYTEST, LIBRARY), 0.0, "standard library json"),
        ((PYTEST, OWN), 1.0, "project app/bus.py"),
        ((PYTEST, CLICK), 1.0, "dependency click 8.5.1"),
    ],
)
def test_what_grows_without_the_body_and_is_nobodys_is_ours(
    frames: tuple[Frame, ...], alone: float, words: str
) -> None:
    assert in_words(judged(replace(leak(*frames), without_body=alone))) == words


def test_what_a_module_of_the_program_holds_is_not_ours() -> None:
    held = replace(leak(PYTEST, held="app.bus.BUS", module="app.bus"), without_body=1.0)
    assert in_words(judged(held)) == "project app/bus.py"


def test_a_lost_reference_is_whose_the_line_is_that_loses_it():
    lost = Count("numpy.dtype", "app.DT", "app", 30, 46, 16, OWN)
    result = replace(leak(), sites=(), counts=(replace(lost, frame=None), lost))
    assert in_words(judged(result)) == "project app/bus.py"
    result = replace(leak(), sites=(), counts=(replace(lost, frame=None),))
    assert in_words(judged(result)) == "unknown"


def test_where_no_python_code_ran_it_is_whose_the_library_is() -> None:
    taken = NativeFrame("/v/site-packages/PIL/a.so", distribution="pillow", version="11.0.0")
    result = leak(Frame("", "<no Python stack>", 0))
    for native, words in (((taken,), "dependency pillow 11.0.0"), ((), "unknown")):
        sites = tuple(replace(one, native_frames=native) for one in result.sites)
        assert in_words(judged(replace(result, sites=sites))) == words


def test_what_pytest_keeps_is_pytests() -> None:
    held = leak(held="_pytest.monkeypatch.notset", module="_pytest.monkeypatch")
    assert judged(held) == Whose(Owner.HARNESS, "pytest")
    assert judged(replace(leak(PYTEST), without_body=1.0)) == Whose(Owner.HARNESS, "pytest")


def test_only_sites_that_grow_are_blamed_where_there_are_any() -> None:
    (own,), (click,) = leak(OWN).sites, leak(CLICK).sites
    still = replace(own, grows=False)
    both = replace(leak(), sites=(still, click))
    assert in_words(judged(both)) == "dependency click 8.5.1"
    assert in_words(judged(replace(both, sites=(still,)))) == "project app/bus.py"


def test_code_of_the_program_is_blamed_before_a_larger_site_without_any() -> None:
    (library,), (own,) = leak(PYTEST, LIBRARY).sites, leak(TEST, OWN).sites
    both = replace(leak(), sites=(library, own))
    assert in_words(judged(both)) == "project app/bus.py"


def test_a_module_is_found_by_its_name_and_a_built_in_one_has_no_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert file_of_module("json") == json.__file__
    assert file_of_module("sys") == file_of_module("a_module_that_is_not_loaded") == ""
    nowhere = types.ModuleType("nowhere")
    nowhere.__file__ = None
    monkeypatch.setitem(sys.modules, "nowhere", nowhere)
    assert file_of_module("nowhere") == ""


def test_a_file_that_no_distribution_is_known_to_have_installed_is_its_packages() -> None:
    assert distribution_or_package("_pytest/main.py") == ("pytest", metadata.version("pytest"))
    assert distribution_or_package("nobody_has_this/a.py") == ("nobody_has_this", "")
    assert distribution_or_package("nobody_has_this.py") == ("nobody_has_this", "")
