# SPDX-License-Identifier: MIT
"""Runs the tests of leakcheck/judge on mutants, each in a forked process.

pytest is loaded once. In the child the mutated module takes its place in sys.modules before a
test file is imported, so no file changes.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import resource
import signal
import sys
import types
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.c.run import ROOT
from tests.mutation.mutants import Fate, Mutant
from tests.mutation.py_mutants import changed

TESTS = "tests/unit/judge"
QUICK = ("-m", "not no_leakcheck")
SLOW = ("-m", "no_leakcheck")
"""Those that measure by themselves run on what the others let pass."""
ELSEWHERE = "test_fingerprint_versions.py"
"""Asks other processes, which have no mutant in them."""
PROCESSOR_SECONDS = 60
LOADED = "ignore::pytest.PytestAssertRewriteWarning"
"""leakcheck is: so that is not news."""


class JudgeError(Exception):
    """The tests fail without any mutant, or the modules to be mutated are loaded already."""


class Judge:
    """The tests of leakcheck/judge, on one mutant after the other."""

    def __init__(self) -> None:
        # What each child would import again; nothing of the package that is mutated.
        for name in (
            "leakcheck.model",
            "leakcheck.errors",
            "hypothesis",
            "_pytest.assertion.rewrite",
        ):
            importlib.import_module(name)
        loaded = sorted(name for name in sys.modules if name.startswith("leakcheck.judge"))
        if loaded:
            raise JudgeError(f"loaded before any mutant could be put in: {loaded}")
        if self._fails(None, _files(None)):
            raise JudgeError(f"{TESTS} fails without any mutant; run it by itself")

    def fate(self, mutant: Mutant) -> Fate:
        """What becomes of a mutant."""
        files = _files(mutant)
        tries = ((QUICK, files[:1]), (QUICK, files[1:]), (SLOW, files))
        killed = any(self._fails(mutant, (*marks, *some)) for marks, some in tries)
        return Fate.KILLED if killed else Fate.SURVIVED

    def _fails(self, mutant: Mutant | None, chosen: Sequence[str]) -> bool:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            self._run(mutant, chosen)
        _, status = os.waitpid(child, 0)
        return status != 0

    def _run(self, mutant: Mutant | None, chosen: Sequence[str]) -> None:
        """The child: never returns."""
        status = 1
        try:
            signal.alarm(10 * PROCESSOR_SECONDS)
            resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(nothing, number)
            if mutant is not None:
                _put_in(mutant)
            words = [
                "-q",
                "-x",
                "-p",
                "no:cacheprovider",
                "-W",
                LOADED,
                f"--ignore={TESTS}/{ELSEWHERE}",
            ]
            status = int(pytest.main([*words, *chosen]))
            if status == pytest.ExitCode.NO_TESTS_COLLECTED:
                status = 0
        finally:
            os._exit(status)


def _files(mutant: Mutant | None) -> list[str]:
    """All test files, the one of the mutated module first."""
    folder = ROOT / TESTS
    stem = Path(mutant.file).stem if mutant else ""
    found = sorted(folder.glob("test_*.py"), key=lambda path: (path.stem != f"test_{stem}", path))
    return [str(path) for path in found if path.name != ELSEWHERE]


def _put_in(mutant: Mutant) -> None:
    """The mutated module, as if it had been imported."""
    path = ROOT / mutant.file
    name = mutant.file.removesuffix(".py").replace("/", ".")
    code = compile(changed(path.read_text(encoding="utf-8"), mutant), str(path), "exec")
    module = types.ModuleType(name)
    module.__file__ = str(path)
    module.__package__ = name.rpartition(".")[0]
    package = importlib.import_module(module.__package__)
    sys.modules[name] = module
    exec(code, module.__dict__)
    setattr(package, name.rpartition(".")[2], module)
