# SPDX-License-Identifier: MIT
"""Builds and runs the C tests: python3 tests/c/run.py [--flavour plain|asan|valgrind|tsan|cov|fuzz] [STEM ...].

A test is tests/c/test_<stem>.c with its own main. Among its first lines stands

    /* Links: blocks.c pairs.c */

the sources of csrc/core it is linked with. tests/c/support/mem_fake.c stands in for mem.c unless
mem.c is on that line. Needs only the standard library, a C compiler and cmocka.

A fuzz target is tests/c/fuzz/fuzz_<stem>.c. It runs with pseudo-random inputs beside the tests,
and in the flavour fuzz, alone, under libFuzzer for --seconds each: that needs clang, and what it
found stays in build/c/fuzz/corpus. The flavour tsan takes the tests that start threads.
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
FUZZ = TESTS / "fuzz"
REPLAY = FUZZ / "replay.c"
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
    "tsan": ["-O1", "-g", "-fsanitize=thread", "-fno-sanitize-recover=all"],
    "fuzz": [
        "-O1",
        "-g",
        "-fsanitize=fuzzer,address,undefined",
        "-Wno-sign-conversion",  # clang takes an int that becomes an enum for one
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
    ],
    "cov": ["-O0", "-g", "--coverage", "-fprofile-update=atomic", "-DNDEBUG"],
}
COMPILERS = {"fuzz": "clang"}  # where it is not $CC, or cc
SLOW_REPLAY = {"valgrind": "40", "asan": "200"}  # inputs for a target, of 500 elsewhere
THREADS = re.compile(r"#include <(?:pthread|threads)\.h>")
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
    note: str = ""


def stem_of(test: Path) -> str:
    """How a test is named on the command line: blocks for test_blocks.c, fuzz_blocks for a target."""
    return test.stem.removeprefix("test_")


def tests_of(flavour: str) -> list[Path]:
    """The tests that a flavour runs by itself."""
    targets = sorted(FUZZ.glob("fuzz_*.c"))
    if flavour == "fuzz":
        return targets
    tests = sorted(TESTS.glob("test_*.c"))
    if flavour == "tsan":
        return [one for one in tests if THREADS.search(one.read_text(encoding="utf-8"))]
    return [*tests, *targets]


def links(test: Path) -> list[Path]:
    """The sources named on the test's `Links:` line, in order."""
    head = "\n".join(test.read_text(encoding="utf-8").splitlines()[:25])
    found = re.search(r"\bLinks:\s*([^*;\n]*)", head)
    if found is None:
        raise BrokenTestError(
            f"{test.relative_to(ROOT)}: no line `/* Links: {stem_of(test)}.c */` "
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
    """Compile one source file; our own rules for csrc/core, without -Wconversion for tests.

    Raises:
        BrokenTestError: it does not compile; the message is the compiler's.
    """
    strict = ["-Wconversion"] if source.parent == CORE else []
    folders = (CORE, ROOT / "csrc", TESTS / "support", TESTS, FUZZ, ROOT)
    includes = [f"-I{path}" for path in folders]
    command = [*compiler, "-std=c11", *WARNINGS, *strict, *flags, *includes]
    done = subprocess.run(
        [*command, "-c", str(source), "-o", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BrokenTestError(done.stderr)


def build(compiler: list[str], flavour: str, test: Path, folder: Path) -> Path:
    """Compile and link one test in a folder of its own; returns the program."""
    folder.mkdir(parents=True, exist_ok=True)
    flags = FLAGS[flavour]
    sources = [test, *links(test)]
    if CORE / "mem.c" not in sources:
        sources.append(TESTS / "support" / "mem_fake.c")
    if test.parent == FUZZ and flavour != "fuzz":  # libFuzzer brings a main.
        sources.append(REPLAY)
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


def execute(command: list[str], flavour: str, timeout: float = TIMEOUT) -> tuple[int, str]:
    """Run one test program: its exit status and everything it printed."""
    replay = {"LEAKCHECK_REPLAY": SLOW_REPLAY[flavour]} if flavour in SLOW_REPLAY else {}
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            env={**os.environ, **replay},
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        printed = late.stdout.decode(errors="replace") if late.stdout else ""
        return 1, f"{printed}\nstill running after {timeout:.0f} s\n"
    return done.returncode, done.stdout


def count(status: int, output: str) -> tuple[int, int]:
    """(passed, failed) by cmocka's own lines; a bad status is at least one failure."""
    passed = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", output, re.MULTILINE)))
    failed = sum(map(int, re.findall(r"^\[  FAILED  \] .*?(\d+) test", output, re.MULTILINE)))
    if (status != 0 or passed == 0) and failed == 0:
        failed = 1
    return passed, failed


def run_test(compiler: list[str], flavour: str, test: Path, out: Path, seconds: int) -> Outcome:
    """Build and run one test."""
    stem = stem_of(test)
    try:
        program = build(compiler, flavour, test, out / stem)
    except BrokenTestError as broken:
        return Outcome(stem, 0, 1, str(broken))
    if flavour == "fuzz":
        return fuzz(program, stem, out, seconds)
    command = [*(VALGRIND if flavour == "valgrind" else []), str(program)]
    status, output = execute(command, flavour)
    return Outcome(stem, *count(status, output), output)


def fuzz(program: Path, stem: str, out: Path, seconds: int) -> Outcome:
    """Run a target under libFuzzer, beginning with what it found before; a crash is kept."""
    corpus = out / "corpus" / stem
    corpus.mkdir(parents=True, exist_ok=True)
    words = [f"-max_total_time={seconds}", "-max_len=4096", "-print_final_stats=1", "-timeout=20"]
    command = [str(program), *words, f"-artifact_prefix={out / stem}/", str(corpus)]
    status, output = execute(command, "fuzz", seconds + TIMEOUT)
    done = re.search(r"stat::number_of_executed_units: *(\d+)", output)
    if status != 0 or done is None:
        return Outcome(stem, 0, 1, output)
    kept = len(list(corpus.iterdir()))
    return Outcome(stem, 1, 0, output, f", {int(done[1]):,} inputs, {kept} of them kept")


def main(argv: list[str]) -> int:
    """Run the tests asked for; 0 when all passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flavour", choices=sorted(FLAGS), default="plain")
    parser.add_argument("--build", type=Path, default=None, help="folder for objects and programs")
    parser.add_argument("--seconds", type=int, default=60, help="of fuzz, for each target (60)")
    parser.add_argument("stems", nargs="*", help="e.g. blocks for test_blocks.c; all by default")
    options = parser.parse_args(argv)
    compiler = shlex.split(COMPILERS.get(options.flavour) or os.environ.get("CC", "cc"))
    for tool in (compiler[0], *(["valgrind"] if options.flavour == "valgrind" else [])):
        if shutil.which(tool) is None:
            purpose = "fuzz" if options.flavour == "fuzz" else "check"
            print(
                f"tests/c/run.py: {tool} was not found; `bash ci/bootstrap.sh {purpose}` installs it"
            )
            return 2
    tests = tests_of(options.flavour)
    if options.stems:
        known = {stem_of(test): test for test in tests}
        unknown = [stem for stem in options.stems if stem not in known]
        if unknown:
            print(f"tests/c/run.py: no test for {unknown} here; there are {sorted(known)}")
            return 2
        tests = [known[stem] for stem in options.stems]
    out = options.build or ROOT / "build" / "c" / options.flavour
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        outcomes = list(
            pool.map(
                lambda test: run_test(compiler, options.flavour, test, out, options.seconds), tests
            )
        )
    for outcome in outcomes:
        if outcome.failed:
            print(f"--- {outcome.stem}\n{outcome.output}")
        print(f"{outcome.stem}: {outcome.passed} passed, {outcome.failed} failed{outcome.note}")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"{options.flavour}: {passed} passed, {failed} failed")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
