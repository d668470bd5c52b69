# SPDX-License-Identifier: MIT
"""Runs the C tests of growth, and for what they let pass the Python tests of it, on mutants.

All of csrc/core/growth*.c is linked into one library, to which each test program is linked once:
a mutant costs one compilation and one link.
"""

from __future__ import annotations

import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.c.run import CORE, ROOT, TESTS, BrokenTestError, compile_one, links
from tests.mutation.c_mutants import changed
from tests.mutation.mutants import Fate, Mutant

PLAIN = ("-O0",)
CHECKED = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
WARNED = ("-Wno-error", "-Werror=return-type")
"""A function without its return is no fault that a build lets pass."""
LONGER = 10.0
"""So many times the processor time that it takes without a mutant, and SLACK_SECONDS, are what a
test program may take: with a mutant that takes more it is in a loop, and the mutant killed."""
SLACK_SECONDS = 0.2
FIRST_SECONDS = 60.0
"""Without a mutant."""
WALL_FACTOR = 60.0
"""Seconds that may go by for one of the processor's, and at least WALL_SECONDS."""
WALL_SECONDS = 120.0
PYTHON_TESTS = (
    "tests/unit/measure/test_series.py",
    "tests/unit/measure/test_protocol.py",
    "tests/unit/measure/test_confirm.py",
    "tests/unit/measure/test_convict.py",
    "tests/ext/test_pyloop.py",
    "tests/ext/test_pyloop_wide.py",
)
PYTHON_PROCESSOR_SECONDS = 120.0


class BenchError(Exception):
    """The tests can't be built, or fail without any mutant; the message has their output."""


def _limited(seconds: float) -> None:
    """In the child: the timer knows parts of a second, the limit holds for its children too."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    whole = math.ceil(seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _spent() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _fails(command: Sequence[object], seconds: float, **more: object) -> bool:
    """Whether a command ends with anything but 0, its time being up included."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=max(WALL_SECONDS, WALL_FACTOR * seconds),
            preexec_fn=lambda: _limited(seconds),
            check=False,
            **more,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


class Bench:
    """The test programs of growth, and the library that they are linked to.

    Args:
        folder: for objects and programs.
        flags: PLAIN or CHECKED.
    """

    def __init__(self, folder: Path, flags: Sequence[str]) -> None:
        self._folder = folder
        self._flags = flags
        self._compiler = os.environ.get("CC", "cc").split()
        folder.mkdir(parents=True)
        self._library = folder / "libgrowth.so"
        self._objects = {
            source: self._object(source)
            for source in (*sorted(CORE.glob("growth*.c")), TESTS / "support" / "mem_fake.c")
        }
        self._link(self._objects.values())
        self._programs = {
            test: self._program(test) for test in sorted(TESTS.glob("test_growth*.c"))
        }
        self._links = {test: links(test) for test in self._programs}
        self._seconds: dict[Path, float] = {}
        for program in self._programs.values():
            before = _spent()
            if _fails([program], FIRST_SECONDS, cwd=ROOT):
                raise BenchError(f"{program.name} fails without any mutant; run tests/c/run.py")
            self._seconds[program] = _spent() - before
        cheapest = sorted(self._programs.items(), key=lambda one: self._seconds[one[1]])
        self._programs = dict(cheapest)

    def fate(self, mutant: Mutant) -> Fate:
        """What becomes of a mutant."""
        source = ROOT / mutant.file
        altered = self._folder / "altered.c"
        altered.write_text(changed(source.read_text(encoding="utf-8"), mutant), encoding="utf-8")
        try:
            fresh = self._object(altered)
        except BenchError:
            return Fate.STILLBORN
        self._link([fresh, *(one for path, one in self._objects.items() if path != source)])
        for test, program in self._programs.items():
            if source in self._links[test] and self._broken(program):
                # What killed one is the likeliest to kill the next.
                self._programs = {test: program} | self._programs
                return Fate.KILLED
        return Fate.SURVIVED

    def _run(self, command: Sequence[object]) -> None:
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise BenchError(done.stderr)

    def _object(self, source: Path) -> Path:
        target = self._folder / f"{source.stem}.o"
        try:
            compile_one(self._compiler, ["-fPIC", *self._flags, *WARNED], source, target)
        except BrokenTestError as broken:
            raise BenchError(str(broken)) from None
        return target

    def _link(self, objects: Iterable[Path]) -> None:
        self._run([*self._compiler, *self._flags, "-shared", *objects, "-lm", "-o", self._library])

    def _program(self, test: Path) -> Path:
        program = self._folder / test.stem
        more = [path for path in links(test) if path not in self._objects]
        objects = [self._object(test), *(self._object(path) for path in more)]
        search = f"-Wl,-rpath,{self._folder}"
        words = [*self._flags, *objects, self._library, search, "-lcmocka", "-lm", "-lpthread"]
        self._run([*self._compiler, *words, "-o", program])
        return program

    def _broken(self, program: Path) -> bool:
        limit = LONGER * self._seconds[program] + SLACK_SECONDS
        return _fails([program], limit, cwd=ROOT)


class Sampler:
    """A copy of the tree with its own sampler, for the Python tests that judge growth."""

    def __init__(self, folder: Path) -> None:
        self._tree = folder
        skipped = shutil.ignore_patterns("build", "dist", ".*", "__pycache__", "*.so", "*.egg-info")
        shutil.copytree(ROOT, folder, ignore=skipped)
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(folder),
            "LEAKCHECK_SANITIZE": "undefined",
        }
        built = subprocess.run(
            [sys.executable, "setup.py", "-q", "build_ext", "--inplace", "--build-temp", "objects"],
            cwd=folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode != 0:
            raise BenchError(built.stderr)
        name = f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"
        self._library = folder / "leakcheck" / name
        objects = folder / "objects" / "csrc"
        self._objects = sorted(
            path for path in objects.glob("*/*.o") if not path.stem.startswith("shim_")
        )
        if self._broken():
            raise BenchError(f"the Python tests fail without any mutant: {PYTHON_TESTS}")

    def kills(self, mutant: Mutant) -> bool:
        """Whether a Python test fails with this mutant in the sampler."""
        source = ROOT / mutant.file
        altered = self._tree / "csrc" / "core" / "altered.c"
        altered.write_text(changed(source.read_text(encoding="utf-8"), mutant), encoding="utf-8")
        fresh = altered.with_suffix(".o")
        flags = "-std=c11 -fPIC -fvisibility=hidden -O1 -w -fsanitize=undefined".split()
        others = [path for path in self._objects if path.stem != source.stem]
        subprocess.run(["cc", *flags, "-c", str(altered), "-o", str(fresh)], check=True)
        words = ["cc", "-shared", "-fsanitize=undefined", *map(str, (fresh, *others))]
        self._library.unlink()
        subprocess.run([*words, "-o", str(self._library)], check=True)
        return self._broken()

    def _broken(self) -> bool:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        return _fails(
            [*command, *PYTHON_TESTS],
            PYTHON_PROCESSOR_SECONDS,
            cwd=self._tree,
            env=self._environment,
        )
