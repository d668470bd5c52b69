# SPDX-License-Identifier: MIT
"""Builds and runs the C tests: python3 tests/c/run.py [--flavour plain|asan|valgrind|cov] [STEM ...].

A test is tests/c/test_<stem>.c with its own main. Among its first lines stands

    /* Links: blocks.c pairs.c */

the sources of csrc/core it is linked with. tests/c/support/mem_fake.c stands in for mem.c unless
mem.c is on that line. Needs only the standard library, a C compiler and cmocka.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "c"
CORE = ROOT / "csrc" / "core"
TIMEOUT = 300.0  # seconds for one test program; a hang ends here

WARNINGS = (
    "-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpedantic -Werror"
).split()
FLAGS = {
    "plain": ["-O2", "-g"],
    "asan": [
        "-O1",
        "-g",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
    ],
    "valgrind": ["-O1", "-g"],
    "cov": ["-O0", "-g", "--coverage", "-fprofile-update=atomic", "-DNDEBUG"],
}
VALGRIND = ["valgrind", "-q", "--error-exitcode=1", "--leak-check=full", "--track-origins=yes"]


class BrokenTestError(Exception):
    """A test can't be built; the message says what to change in which file."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test program: `failed` counts a program that broke as one."""

    stem: str
    passed: int
    failed: int
    output: str


def links(test: Path) -> list[Path]:
    """The sources named on the test's `Links:` line, in order."""
    head = "\n".join(test.read_text(encoding="utf-8").splitlines()[:25])
    found = re.search(r"\bLinks:\s*([^*;\n]*)", head)
    if found is None:
        raise BrokenTestError(
            f"{test.relative_to(ROOT)}: no line `/* Links: {test.stem.removeprefix('test_')}.c */` "
            "among the first 25; add it, naming the csrc/core sources to link"
        )
    paths = [CORE / name for name in found.group(1).split()]
    for path in paths:
        if not path.is_file():
            raise BrokenTestError(
                f"{test.relative_to(ROOT)}: its Links line names {path.name}, "
                "which is not in csrc/core"
            )
    return paths


def compile_one(compiler: list[str], flags: list[str], source: Path, target: Path) -> None:
    """Compile one source file; our own rules for csrc/core, without -Wconversion for tests."""
    strict = ["-Wconversion"] if source.parent == CORE else []
    includes = [f"-I{path}" for path in (CORE, ROOT / "csrc", TESTS / "support", TESTS, ROOT)]
    command = [*compiler, "-std=c11", *flags, *WARNINGS, *strict, *includes]
    done = subprocess.run(
        [*command, "-c", str(source), "-o", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BrokenTestError(done.stderr)


def build(compiler: list[str], flags: list[str], test: Path, folder: Path) -> Path:
    """Compile and link one test in a folder of its own; returns the program."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [test, *links(test)]
    if CORE / "mem.c" not in sources:
        sources.append(TESTS / "support" / "mem_fake.c")
    objects = [folder / f"{source.stem}.o" for source in sources]
    for source, target in zip(sources, objects, strict=True):
        compile_one(compiler, flags, source, target)
    program = folder / test.stem
    done = subprocess.run(
        [*compiler, *flags, *map(str, objects), "-lcmocka", "-lm", "-lpthread", "-o", str(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BrokenTestError(done.stderr)
    return program


def execute(program: Path, *, valgrind: bool) -> tuple[int, str]:
    """Run one test program: its exit status and everything it printed."""
    command = [*(VALGRIND if valgrind else []), str(program)]
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        printed = late.stdout.decode(errors="replace") if late.stdout else ""
        return 1, f"{printed}\nstill running after {TIMEOUT:.0f} s\n"
    return done.returncode, done.stdout


def count(status: int, output: str) -> tuple[int, int]:
    """(passed, failed) by cmocka's own lines; a bad status is at least one failure."""
    passed = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", output, re.MULTILINE)))
    failed = sum(map(int, re.findall(r"^\[  FAILED  \] .*?(\d+) test", output, re.MULTILINE)))
    if (status != 0 or passed == 0) and failed == 0:
        failed = 1
    return passed, failed


def run_test(compiler: list[str], flavour: str, test: Path, out: Path) -> Outcome:
    """Build and run one test."""
    stem = test.stem.removeprefix("test_")
    try:
        program = build(compiler, FLAGS[flavour], test, out / stem)
    except BrokenTestError as broken:
        return Outcome(stem, 0, 1, str(broken))
    status, output = execute(program, valgrind=flavour == "valgrind")
    return Outcome(stem, *count(status, output), output)


def main(argv: list[str]) -> int:
    """Run the tests asked for; 0 when all passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flavour", choices=sorted(FLAGS), default="plain")
    parser.add_argument("--build", type=Path, default=None, help="folder for objects and programs")
    parser.add_argument("stems", nargs="*", help="e.g. blocks for test_blocks.c; all by default")
    options = parser.parse_args(argv)
    compiler = shlex.split(os.environ.get("CC", "cc"))
    for tool in (compiler[0], *(["valgrind"] if options.flavour == "valgrind" else [])):
        if shutil.which(tool) is None:
            print(f"tests/c/run.py: {tool} was not found; `bash ci/bootstrap.sh check` installs it")
            return 2
    tests = sorted(TESTS.glob("test_*.c"))
    if options.stems:
        known = {test.stem.removeprefix("test_"): test for test in tests}
        unknown = [stem for stem in options.stems if stem not in known]
        if unknown:
            print(f"tests/c/run.py: no test for {unknown}; there are {sorted(known)}")
            return 2
        tests = [known[stem] for stem in options.stems]
    out = options.build or ROOT / "build" / "c" / options.flavour
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        outcomes = list(
            pool.map(lambda test: run_test(compiler, options.flavour, test, out), tests)
        )
    for outcome in outcomes:
        if outcome.failed:
            print(f"--- {outcome.stem}\n{outcome.output}")
        print(f"{outcome.stem}: {outcome.passed} passed, {outcome.failed} failed")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"{options.flavour}: {passed} passed, {failed} failed")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
