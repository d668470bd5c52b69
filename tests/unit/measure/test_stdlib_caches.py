# SPDX-License-Identifier: MIT
"""Each cache of the table fills, is emptied of what was added, and fills again."""

from __future__ import annotations

import abc
import codecs
import contextlib
import ctypes
import filecmp
import functools
import gettext
import inspect
import itertools
import linecache
import re
import struct
import sys
import types
import typing
import warnings
import xml.etree.ElementTree as ET
import zipfile
import zipimport
from collections.abc import Callable
from pathlib import Path

import pytest

from leakcheck.measure.stdlib_caches import LEAST, TABLE, Baseline
from tests.unit.unchecked import KEEPS

pytestmark = KEEPS

NUMBERS = itertools.count(1)
IMMORTAL = "encodings._cache" if (3, 12, 0) <= sys.version_info[:3] < (3, 12, 7) else ""
"""Its entries are interned names alone, which these versions never free."""
ENTRIES = 2 * LEAST


def new() -> int:
    return next(NUMBERS)


def lazy_source(_: Path) -> None:
    name = f"generated {new()}.py"
    loader = types.SimpleNamespace(get_source=lambda _: "x = 1\n")
    spec = types.SimpleNamespace(loader=loader)  # CPython 3.15 warns where it is missing.
    linecache.lazycache(name, {"__name__": name, "__loader__": loader, "__spec__": spec})


def importer(folder: Path) -> None:
    path = folder / f"folder{new()}"
    path.mkdir()
    sys.path.insert(0, str(path))
    try:
        with contextlib.suppress(ImportError):
            __import__("a_module_that_is_nowhere")
    finally:
        del sys.path[0]


def archive(folder: Path) -> None:
    path = folder / f"archive{new()}.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("inside.py", "x = 1\n")
    zipimport.zipimporter(str(path))


def compare(folder: Path) -> None:
    one, two = (folder / f"file{new()}" for _ in range(2))
    for path in (one, two):
        path.write_text("same")
    filecmp.cmp(one, two)


def encoding(_: Path) -> None:
    with contextlib.suppress(LookupError):
        codecs.lookup(f"no_such_encoding_{new()}")


def pointer(_: Path) -> None:
    ctypes.POINTER(type(f"Made{new()}", (ctypes.Structure,), {}))


def function_type(_: Path) -> None:
    ctypes.CFUNCTYPE(type(f"Made{new()}", (ctypes.Structure,), {}))


def module_file(folder: Path) -> None:
    name = f"module_made_{new()}"
    module = types.ModuleType(name)
    module.__file__ = str(folder / f"{name}.py")
    sys.modules[name] = module
    try:
        inspect.getmodule(compile("", "nowhere", "exec"))
    finally:
        del sys.modules[name]


def translation(folder: Path) -> None:
    path = folder / f"lang{new()}" / "en" / "LC_MESSAGES"
    path.mkdir(parents=True)
    (path / "x.mo").write_bytes(struct.pack("<7I", 0x950412DE, 0, 0, 28, 28, 0, 28))
    gettext.translation("x", str(path.parents[1]), ["en"])


def warning(_: Path) -> None:
    warnings.warn(f"take care {new()}", stacklevel=1)


class Shape(abc.ABC):  # noqa: B024 - what it remembers is what is tested
    pass


KEPT: list[object] = []


def subclass(_: Path) -> None:
    kind = type(f"Made{new()}", (), {})
    KEPT.append(kind)
    issubclass(kind, Shape)


FILL: dict[str, Callable[[Path], object]] = {
    "re._cache": lambda _: re.compile(f"x{new()}"),
    "struct's cache of formats": lambda _: struct.calcsize(f"{new()}i"),
    "filecmp._cache": compare,
    "xml.etree.ElementPath._cache": lambda _: ET.Element("x").find(f"./y{new()}/z"),
    "linecache.cache": lazy_source,
    "sys.path_importer_cache": importer,
    "zipimport._zip_directory_cache": archive,
    "encodings._cache": encoding,
    "ctypes._pointer_type_cache": pointer,
    "ctypes._c_functype_cache": function_type,
    "inspect.modulesbyfile": module_file,
    "gettext._translations": translation,
    "__warningregistry__ of modules": warning,
    "what ABCs remember of subclasses": subclass,
}


def test_every_cache_of_the_table_has_a_filler() -> None:
    assert set(FILL) == {one.name for one in TABLE}


@pytest.mark.parametrize("cache", TABLE, ids=[one.name for one in TABLE])
def test_it_is_emptied_of_what_was_added_and_fills_again(
    cache: object, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id
    fill = FILL[name]
    if name.startswith("ctypes") and sys.version_info >= (3, 14):
        pytest.skip("since CPython 3.14 the types themselves hold these")
    purge_limited()
    with warnings.catch_warnings():  # one for all: its exit renews the registries
        warnings.showwarning = lambda *_, **__: None
        warnings.simplefilter("default")
        for _ in range(2):
            fill(tmp_path)
        for _ in range(2):
            before = Baseline()
            for _ in range(ENTRIES):
                fill(tmp_path)
            (found,) = [one for one in before.empty_filled() if one.name == name]
            assert found.added >= ENTRIES
            assert found.entries >= found.added
            assert name == IMMORTAL or found.freed >= ENTRIES / 2
    KEPT.clear()


def purge_limited() -> None:
    """What has a limit may be full by now."""
    re.purge()
    filecmp.clear_cache()
    struct._clearcache()  # type: ignore[attr-defined]


def test_what_was_there_before_stays() -> None:
    lazy_source(Path())
    kept = list(linecache.cache)
    before = Baseline()
    for _ in range(ENTRIES):
        lazy_source(Path())
    assert [one.name for one in before.empty_filled()] == ["linecache.cache"]
    assert list(linecache.cache) == kept


def test_a_cache_that_is_not_filled_keeps_what_it_holds() -> None:
    re.purge()
    before = Baseline()
    pattern = re.compile("only this one")
    assert "re._cache" not in {one.name for one in before.empty_filled()}
    assert re.compile("only this one") is pattern


def test_the_limits_are_those_of_the_modules() -> None:
    limits = {one.name: one.limit for one in TABLE}
    assert limits["re._cache"] == re._MAXCACHE  # type: ignore[attr-defined]
    purge_limited()
    for _ in range(3 * 100):
        struct.calcsize(f"{new()}s")
    held = next(one.hold() for one in TABLE if one.name == "struct's cache of formats")
    assert held.entries() <= 100


def test_the_caches_of_typing_are_lru_caches() -> None:
    clear = [getattr(one, "__self__", None) for one in typing._cleanups]  # type: ignore[attr-defined]
    wrapper = type(functools.lru_cache(len))
    assert clear
    assert all(type(one) is wrapper for one in clear)


def test_a_module_that_is_no_module_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    monkeypatch.setitem(sys.modules, "linecache", Fake())  # type: ignore[arg-type]
    assert list(Baseline().empty_filled()) == []


def test_a_class_that_never_became_an_abc_is_no_trouble() -> None:
    class Skips(abc.ABCMeta):
        def __new__(cls, name: str) -> Skips:  # type: ignore[misc]
            return type.__new__(cls, name, (), {})

        def __init__(cls, name: str) -> None:
            type.__init__(cls, name, (), {})

    made = Skips("Made")
    before = Baseline()
    for _ in range(ENTRIES):
        subclass(Path())
    assert "what ABCs remember of subclasses" in {one.name for one in before.empty_filled()}
    assert made.__name__ == "Made"
    KEPT.clear()
