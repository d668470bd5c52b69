# SPDX-License-Identifier: MIT
"""`--leakcheck-native` beside what users run: their child processes, their malloc."""

from __future__ import annotations

import ctypes.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leakcheck.probes.preload import shim

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.skipif(shim() is None, reason="no shim for this C library")

HERE = Path(__file__).parent

# Each test starts a child in another way, which writes down what it was given.
CHILDREN = """
import json, multiprocessing, os, pathlib, subprocess, sys

LOOK = '''
import json, os, sys
descriptors = {}
for name in os.listdir("/proc/self/fd"):
    try:
        descriptors[name] = os.readlink(f"/proc/self/fd/{name}").partition(":")[0]
    except OSError:
        pass  # by which the folder was read
ours = [one for one in open("/proc/self/maps") if "_shim" in one]
told = {"environment": sorted(os.environ), "preload": os.environ.get("LD_PRELOAD"),
        "descriptors": descriptors, "shim": ours}
open(sys.argv[1], "w").write(json.dumps(told))
'''

def words(name):
    return [sys.executable, "-c", LOOK, os.path.abspath(f"child-{name}.json")]

def test_subprocess():
    subprocess.run(words("subprocess"), check=True)

def test_descriptors_left_open():
    subprocess.run(words("left_open"), check=True, close_fds=False)

def test_shell():
    a, b, c, d = words("shell")
    subprocess.run(f"{a} {b} '{c}' {d}", shell=True, check=True)

def test_spawn():
    program, *_ = command = words("spawn")
    child = os.posix_spawn(program, command, os.environ)
    assert os.waitpid(child, 0)[1] == 0

def test_fork_and_exec():
    child = os.fork()
    if child == 0:
        os.execv(sys.executable, words("exec"))
    assert os.waitpid(child, 0)[1] == 0

def test_fork_alone():
    child = os.fork()
    if child == 0:
        kept = [bytearray(10**6) for _ in range(10)]
        os._exit(0 if len(kept) == 10 else 1)
    assert os.waitpid(child, 0)[1] == 0

def look(path):
    sys.argv[1:] = [path]
    exec(LOOK)

def in_process(way):
    context = multiprocessing.get_context(way)
    child = context.Process(target=look, args=(os.path.abspath(f"child-{way}.json"),))
    child.start()
    child.join()
    assert child.exitcode == 0
    child.close()

def test_multiprocessing():
    in_process("spawn")
"""


@pytest.fixture
def children(pytester, monkeypatch):
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    pytester.makepyfile(test_children=CHILDREN)
    pytester.makeini("[pytest]\n")

    def run(*options):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"),
                *("-p", "no:xdist", "-s", "--leakcheck-max-time=2", *options),
            ],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        told = {}
        for file in pytester.path.glob("child-*.json"):
            told[file.stem.removeprefix("child-")] = json.loads(file.read_text("utf-8"))
            file.unlink()
        return done, told

    return run


def test_no_variable_and_no_descriptor_reaches_what_the_tests_start(children):
    done, without = children()
    assert done.returncode == 0, done.stdout + done.stderr
    done, with_it = children("--leakcheck", "--leakcheck-native")
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(without) == {"subprocess", "left_open", "shell", "exec", "spawn"}
    assert with_it == without
    assert all(one["preload"] is None and one["shim"] == [] for one in with_it.values())


JEMALLOC = ctypes.util.find_library("jemalloc")
ASAN = subprocess.run(
    ["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=False
).stdout.strip()


@pytest.fixture
def replacement(tmp_path):
    built = tmp_path / "libreplaced.so"
    command = ["gcc", "-std=c11", "-O1", "-shared", "-fPIC", "-fno-builtin", "-o", str(built)]
    subprocess.run([*command, str(HERE / "replaced_malloc.c")], check=True)
    return str(built)


def beside(library, command, *options):
    """A test, checked in a process that has this library preloaded."""
    words = {
        "pytest": ["-m", "pytest", "-p", "no:cacheprovider", "--leakcheck"],
        "run": ["-m", "leakcheck", "run", "test_it.py::test_it"],
    }[command]
    return subprocess.run(
        [sys.executable, *words, *options],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"LD_PRELOAD": library, "ASAN_OPTIONS": "detect_leaks=0"},
    )


@pytest.mark.parametrize(
    ("library", "name"),
    [
        ("replacement", "libreplaced.so"),
        pytest.param(
            JEMALLOC, "jemalloc", marks=pytest.mark.skipif(JEMALLOC is None, reason="no jemalloc")
        ),
        pytest.param(
            *(ASAN, "the address sanitizer"),
            marks=pytest.mark.skipif(not Path(ASAN).is_absolute(), reason="no address sanitizer"),
        ),
    ],
)
@pytest.mark.parametrize("command", ["pytest", "run"])
def test_where_another_malloc_is_preloaded_it_is_named_and_nothing_runs(
    pytester, request, library, name, command
):
    if library == "replacement":
        library = request.getfixturevalue("replacement")
    pytester.makepyfile(test_it="def test_it(): raise SystemExit('it ran')")
    asked = {"pytest": "--leakcheck-native", "run": "--native"}[command]
    done = beside(library, command, asked)
    assert done.returncode in {2, 4}, done.stdout + done.stderr
    assert f"{name} stands in the place of the C library's malloc" in done.stderr
    assert "leave out --" in done.stderr
    assert "it ran" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["pytest", "run"])
def test_where_nobody_asked_for_native_memory_the_rest_is_measured_and_that_is_said(
    pytester, replacement, command
):
    pytester.makepyfile(test_it="def test_it(): pass")
    done = beside(replacement, command)
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout + done.stderr
    assert f"not counted: {replacement} stands in the place of the C library's malloc" in told
    assert "clean" in done.stdout.lower()
