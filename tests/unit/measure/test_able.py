# SPDX-License-Identifier: MIT
"""What can't be measured is refused in one sentence that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from types import SimpleNamespace
from typing import Any

import pytest

from leakcheck import _core
from leakcheck.errors import BlindError
from leakcheck.measure import able


def test_this_interpreter_can_be_measured() -> None:
    able.ensure_able()


@pytest.mark.parametrize("allocator", ["malloc", "malloc_debug"])
def test_another_allocator_is_refused(allocator: str) -> None:
    code = "from leakcheck.measure.able import ensure_able; ensure_able()"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONMALLOC": allocator},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "BlindError" in run.stderr
    assert "unset PYTHONMALLOC" in run.stderr


def test_pythons_debug_allocator_is_no_obstacle() -> None:
    code = (
        "from leakcheck import check; kept = [];"
        "print(check(lambda: kept.append(bytearray(9))).verdict, check(int).verdict)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONMALLOC": "debug"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["leak", "clean"]


def test_tracemalloc_that_is_on_is_refused() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BlindError, match="tracemalloc is on"):
            able.ensure_able()
    finally:
        tracemalloc.stop()


def test_a_layout_that_differs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    core = SimpleNamespace(self_test=lambda: "the frames differ", stack=_core.stack)
    monkeypatch.setattr(able, "load_core", lambda: core)
    with pytest.raises(BlindError, match=r"does not fit this interpreter .* the frames differ"):
        able.ensure_able()


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [("x.py", "nobody", 1), ("y.py", "nobody", 2)],
        [(able.__file__, "_known_stack.<locals>.inner", 1), ("y.py", "f", 2)],
    ],
)
def test_a_stack_seen_wrong_is_refused(
    monkeypatch: pytest.MonkeyPatch, seen: list[tuple[Any, ...]]
) -> None:
    core = SimpleNamespace(self_test=lambda: "", stack=lambda: seen)
    monkeypatch.setattr(able, "load_core", lambda: core)
    with pytest.raises(BlindError, match="it sees"):
        able.ensure_able()


def test_a_sampler_that_fits_is_tried_once_and_tracemalloc_looked_for_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    def self_test() -> str:
        tried.append(None)
        return ""

    core = SimpleNamespace(self_test=self_test, stack=_core.stack)
    monkeypatch.setattr(able, "load_core", lambda: core)
    monkeypatch.setattr(able, "_proven", None)
    able.ensure_able()
    tracemalloc.start()
    try:
        with pytest.raises(BlindError, match="tracemalloc is on"):
            able.ensure_able()
    finally:
        tracemalloc.stop()
    able.ensure_able()
    assert len(tried) == 1


def test_a_sampler_that_does_not_fit_is_refused_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    core = SimpleNamespace(self_test=lambda: "the frames differ", stack=_core.stack)
    monkeypatch.setattr(able, "load_core", lambda: core)
    for _ in range(2):
        with pytest.raises(BlindError, match="the frames differ"):
            able.ensure_able()


# What PyPy lacks of what modules of measuring import.
LIKE_PYPY = """
import gc, sys
sys.implementation.name = "pypy"
del gc.is_tracked, sys.getallocatedblocks
sys.modules["_tracemalloc"] = None
"""


@pytest.mark.parametrize(
    "asked",
    [
        "import leakcheck; leakcheck.check(int)",
        "import leakcheck; leakcheck.holders(int)",
        "import leakcheck; leakcheck.leakcheck(lambda: None)()",
        "from leakcheck.cli import main; sys.exit(main(['run', 'examples/request_cache/leak.py::serve']))",
        "from leakcheck.cli import main; sys.exit(main(['doctor']))",
    ],
)
def test_another_implementation_is_told_so_before_it_misses_anything(asked: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LIKE_PYPY + asked], capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    said = run.stderr.strip().splitlines()[-1]
    assert "measures CPython only; this is pypy: run the tests with CPython 3.11 or later" in said
    assert "ImportError" not in run.stderr


def test_another_implementation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "implementation", SimpleNamespace(name="pypy"))
    with pytest.raises(BlindError, match="CPython only; this is pypy"):
        able.load_core()


def test_a_free_threaded_build_is_refused_before_its_sampler_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import leakcheck

    monkeypatch.setitem(sys.modules, "leakcheck._core", None)
    monkeypatch.delattr(leakcheck, "_core")
    monkeypatch.setattr(sys, "abiflags", "t")
    with pytest.raises(BlindError, match=r"free-threaded build .* the default build of the same"):
        able.load_core()


def test_a_sampler_that_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import leakcheck

    monkeypatch.setitem(sys.modules, "leakcheck._core", None)
    monkeypatch.delattr(leakcheck, "_core")
    with pytest.raises(BlindError, match=r"can't be loaded .* reinstall it"):
        able.load_core()


def test_asking_whether_it_can_be_measured_imports_nothing_more() -> None:
    code = (
        "import sys\nfrom leakcheck.measure.able import ensure_able\nbefore = set(sys.modules)\n"
        "ensure_able()\nprint(set(sys.modules) - before - {'gc', 'leakcheck._core'})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
