# SPDX-License-Identifier: MIT
"""`--leakcheck-native`: pytest starts once more with the shim, and what libraries keep is a leak."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from leakcheck.probes.preload import shim

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.skipif(shim() is None, reason="no shim for this C library")

TESTS = """
import ctypes
import os
import subprocess
import sys

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
KEPT = []

def take(size):
    return libc.malloc(size)

def test_keeps():
    assert take(100)

def test_gives_back():
    libc.free(take(100))

def test_keeps_objects():
    KEPT.append([1])

def test_children_hear_nothing():
    code = "import os; print(os.environ.get('LD_PRELOAD', ''), '_shim' in open('/proc/self/maps').read())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.stdout.strip() == "False"
    assert "LD_PRELOAD" not in os.environ
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    pytester.makepyfile(test_it=TESTS)
    pytester.makeini("[pytest]\n")

    def run(*options, python=()):
        done = subprocess.run(
            [
                *(sys.executable, *python, "-m", "pytest", "-p", "no:cacheprovider"),
                *("-p", "no:randomly", "--leakcheck-json=found.json", *options),
            ],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        file = pytester.path / "found.json"
        told = json.loads(file.read_text("utf-8"))["tests"] if file.exists() else []
        file.unlink(missing_ok=True)
        return done, {one["nodeid"].partition("::")[2]: one["result"] for one in told}

    return run


def verdicts(found):
    return {name: one and one["verdict"] for name, one in found.items()}


ALL = {
    "test_keeps": "leak",
    "test_gives_back": "clean",
    "test_keeps_objects": "leak",
    "test_children_hear_nothing": "clean",
}


@pytest.mark.parametrize("options", [[], ["-s"], ["-n2"]])
def test_what_a_library_keeps_is_a_leak_at_the_line_that_called(suite, options):
    done, found = suite("--leakcheck", "--leakcheck-native", "--leakcheck-max-time=60", *options)
    assert verdicts(found) == ALL, done.stdout
    leak = found["test_keeps"]
    assert (leak["metric"], leak["probe"], leak["exact"]) == ("probe", "native", True)
    (site,) = [one for one in leak["sites"] if one["grows"]]
    assert site["native"]
    assert site["frames"][-1]["function"] == "take"
    assert "+1 native block/run" in done.stdout
    assert "native memory, taken from the C library by what this line calls" in done.stdout
    assert re.search(r"reproduce  .*test_keeps.* --leakcheck-native", done.stdout)
    assert not any(one["native"] for one in found["test_keeps_objects"]["sites"])


def test_without_the_option_native_memory_is_not_looked_at(suite):
    done, found = suite("--leakcheck", "--leakcheck-max-time=60")
    assert verdicts(found) == ALL | {"test_keeps": "clean"}, done.stdout


def test_the_ini_file_asks_for_it_too(suite, pytester):
    pytester.makeini("[pytest]\nleakcheck = true\nleakcheck_native = true\n")
    _, found = suite("-k", "test_keeps or gives", "--leakcheck-max-time=60")
    assert verdicts(found)["test_keeps"] == "leak"
    pytester.makeini("[pytest]\nleakcheck_native = perhaps\n")
    done, _ = suite()
    assert done.returncode == 4
    assert "leakcheck_native in the ini file must be true or false" in done.stderr


def test_options_of_the_interpreter_and_of_pytest_are_there_after_the_start(suite):
    done, found = suite(
        *("--leakcheck", "--leakcheck-native", "--leakcheck-max-time=60", "-k", "test_keeps"),
        *("--deselect", "test_it.py::test_keeps_objects"),
        python=("-X", "dev", "-W", "ignore"),
    )
    assert verdicts(found) == {"test_keeps": "leak"}, done.stdout + done.stderr


def test_a_leak_is_confirmed_in_a_fresh_process_that_hears_too(suite):
    done, found = suite(
        *("--leakcheck", "--leakcheck-native", "--leakcheck-confirm"),
        *("-k", "test_keeps", "--leakcheck-max-time=60"),
    )
    assert found["test_keeps"]["fresh"].startswith("confirmed"), done.stdout


def test_pytest_within_a_program_is_refused(suite, pytester):
    program = "import pytest, sys; sys.exit(pytest.main(['--leakcheck', '--leakcheck-native']))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "run pytest as a command" in done.stderr


def test_a_worker_that_hears_nothing_is_blind_and_not_clean(suite, pytester):
    """Such as one that is started without what is preloaded."""
    pytester.makepyfile(drops="import os\nos.environ.pop('LD_PRELOAD', None)\n")
    options = ("--leakcheck", "--leakcheck-native", "-n1", "-k", "test_keeps")
    done, found = suite("-p", "drops", *options)
    assert done.returncode == 4, done.stdout
    assert {one for one in verdicts(found).values() if one} == set()
    assert "its shim was not preloaded" in done.stdout + done.stderr


def test_the_command_line_hears_too(pytester, monkeypatch):
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    pytester.makepyfile(lib=TESTS)
    words = [sys.executable, "-m", "leakcheck", "run", "lib.py::test_keeps"]
    done = subprocess.run([*words, "--native"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "+1 native block/run" in done.stdout
    assert "leakcheck run lib.py::test_keeps --native --seed" in done.stdout
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    environment = os.environ | {"PYTHONMALLOC": "malloc"}
    done = subprocess.run(
        [*words, "--native"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 4
