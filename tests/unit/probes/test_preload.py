# SPDX-License-Identifier: MIT
"""The shim is preloaded for the measured process alone, and where it can't be that is said."""

from __future__ import annotations

import bdb
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from leakcheck.errors import BlindError
from leakcheck.probes import preload

ROOT = Path(__file__).parents[3]
SHIM = preload.shim() or ""

needs_shim = pytest.mark.skipif(not SHIM, reason="this C library has no shim")


@needs_shim
@pytest.mark.parametrize(
    ("before", "during"), [("", SHIM), ("other.so", f"{SHIM}:other.so"), ("a.so b.so", None)]
)
def test_the_environment_is_afterwards_as_it_was(before: str, during: str | None) -> None:
    environment = {"HOME": "/h"} | ({preload.VARIABLE: before} if before else {})
    with_it = preload.with_shim(environment, SHIM)
    assert with_it[preload.VARIABLE] == (during or f"{SHIM}:{before}")
    preload.hide(with_it)
    assert with_it == environment


def test_a_process_hears_where_it_was_started_with_it() -> None:
    code = "from leakcheck.probes.preload import listening; print(listening())"
    for environment in ({}, {preload.VARIABLE: SHIM}) if SHIM else ({},):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, preload.VARIABLE: "", **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(bool(environment))


def no_memory() -> NoReturn:
    raise MemoryError


def test_without_memory_to_listen_with_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preload, "load_core", lambda: SimpleNamespace(native_listen=no_memory))
    with pytest.raises(BlindError, match="no memory left to keep account of it; give the process"):
        preload.listening.__wrapped__()


def test_where_there_is_no_shim_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preload, "shim", lambda: None)
    assert "needs glibc" in str(preload.able())


@needs_shim
def test_another_malloc_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preload, "other_malloc", lambda: "jemalloc")
    said = "jemalloc stands in the place of the C library's malloc; run without it, or leave out"
    assert said in str(preload.able())


@needs_shim
def test_a_shim_that_was_asked_for_and_is_not_there_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preload, "other_malloc", lambda: None)
    monkeypatch.setenv(preload.VARIABLE, SHIM)
    assert "yet it is not loaded" in str(preload.able())
    assert preload.start_again(["python"]) == preload.able()


@needs_shim
def test_the_process_takes_its_own_place_with_the_same_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, list[str], dict[str, str]]] = []

    def execve(path: str, words: list[str], environment: dict[str, str]) -> NoReturn:
        asked.append((path, words, environment))
        raise SystemExit

    monkeypatch.setattr(preload, "other_malloc", lambda: None)
    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.delenv(preload.VARIABLE, raising=False)
    with pytest.raises(SystemExit):
        preload.start_again(["python", "-m", "x", "--flag"])
    ((path, words, environment),) = asked
    assert (path, words) == (sys.executable, ["python", "-m", "x", "--flag"])
    assert environment == dict(os.environ) | {preload.VARIABLE: SHIM}


def test_a_debugger_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not preload.debugged()
    before = sys.gettrace()
    debugger = bdb.Bdb()
    debugger.reset()
    sys.settrace(debugger.trace_dispatch)
    try:
        at_work = preload.debugged()
    finally:
        sys.settrace(before)
    assert at_work
    if sys.version_info >= (3, 12):
        tool = sys.monitoring.DEBUGGER_ID
        sys.monitoring.use_tool_id(tool, "a debugger")
        try:
            at_work = preload.debugged()
        finally:
            sys.monitoring.free_tool_id(tool)
        assert at_work
    assert not preload.debugged()
    monkeypatch.setitem(sys.modules, "pydevd", SimpleNamespace())
    assert preload.debugged()


ASAN = subprocess.run(
    ["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=False
).stdout.strip()


@needs_shim
@pytest.mark.skipif(not Path(ASAN).is_absolute(), reason="no address sanitizer here")
def test_a_process_under_the_address_sanitizer_is_refused() -> None:
    code = "from leakcheck.probes.preload import other_malloc; print(other_malloc())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"LD_PRELOAD": ASAN, "ASAN_OPTIONS": "detect_leaks=0"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "the address sanitizer", done.stderr
