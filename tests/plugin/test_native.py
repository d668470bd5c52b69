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
from leakcheck.pytest_plugin import native

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


@pytest.mark.parametrize(
    "options", [[], ["-s"], ["-n2"], ["--leakcheck-native"], ["--leakcheck-native", "-n2"]]
)
def test_what_a_library_keeps_is_a_leak_at_the_line_that_called(suite, options):
    done, found = suite("--leakcheck", "--leakcheck-max-time=60", *options)
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


def test_it_can_be_left_out(suite, pytester):
    without = ALL | {"test_keeps": "clean"}
    done, found = suite("--leakcheck", "--leakcheck-no-native", "--leakcheck-max-time=60")
    assert verdicts(found) == without, done.stdout
    assert "native" not in done.stdout.replace("native-threads", "")
    pytester.makeini("[pytest]\nleakcheck = true\nleakcheck_native = false\n")
    done, found = suite("--leakcheck-max-time=60", "-n1")
    assert verdicts(found) == without, done.stdout


def test_the_ini_file_asks_for_it_too(suite, pytester):
    pytester.makeini("[pytest]\nleakcheck = true\nleakcheck_native = true\n")
    _, found = suite("-k", "test_keeps or gives", "--leakcheck-max-time=60")
    assert verdicts(found)["test_keeps"] == "leak"
    pytester.makeini("[pytest]\nleakcheck_native = perhaps\n")
    done, _ = suite()
    assert done.returncode == 4
    assert "leakcheck_native in the ini file must be true or false" in done.stderr


def starts(pytester):
    """How often pytest was started: counted by a plugin that is loaded before all others."""
    file = pytester.path / "starts"
    return file.read_text("utf-8").count("x") if file.exists() else 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--leakcheck"], 2),
        (["--leakcheck", "--leakcheck-no-native"], 1),
        (["--leakcheck", "--collect-only"], 1),
        ([], 1),
    ],
)
def test_pytest_is_started_again_only_where_every_test_is_checked(
    suite, pytester, options, expected
):
    pytester.makepyfile(counts="open('starts', 'a').write('x')\n")
    done, _ = suite("-p", "counts", "-k", "gives", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert starts(pytester) == expected


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


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import pytest, sys; sys.exit(pytest.main([*sys.argv[1:], '--leakcheck']))", []),
        ("import pytest, sys; sys.exit(pytest.main())", ["--leakcheck"]),
    ],
)
def test_pytest_within_a_program_is_not_started_again_and_says_what_it_does_not_count(
    pytester, suite, program, words
):
    """What the program did before would be done once more."""
    pytester.makepyfile(program=f"open('starts', 'a').write('x')\n{program}")
    words = [sys.executable, "program.py", "-k", "keeps", *words]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr  # test_keeps_objects leaks
    assert "native memory was not counted: " in done.stdout
    assert "runs pytest from within a program" in done.stdout
    assert "1 leaking, 1 clean" in done.stdout
    assert starts(pytester) == 1


def test_pytest_within_a_program_is_refused_where_it_was_asked_for(suite, pytester):
    program = "import pytest, sys; sys.exit(pytest.main(['--leakcheck', '--leakcheck-native']))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "run pytest as a command" in done.stderr


@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("/usr/bin/pytest", True),
        ("/usr/bin/pytest-3", True),
        ("/opt/py/bin/py.test-3.12", True),
        ("/lib/python3.13/site-packages/pytest/__main__.py", True),
        ("/srv/app/__main__.py", False),
        ("/srv/app/runtests.py", False),
        ("-c", False),
    ],
)
def test_pytests_own_commands_are_known(monkeypatch, program, command):
    monkeypatch.setattr(sys, "argv", [program])
    assert native._is_command() is command


def test_a_test_of_a_worker_starts_no_worker_but_a_session(suite, pytester):
    """One that runs pytest within itself, as tests of plugins do."""
    pytester.makepyfile(
        test_outer="""
        pytest_plugins = ["pytester"]
        def test_inner(pytester):
            pytester.makepyfile(test_within="def test_it(): pass")
            done = pytester.runpytest_inprocess("--leakcheck", "-p", "no:randomly")
            done.stdout.fnmatch_lines(["*was not counted: *within a program"])
            done = pytester.runpytest_inprocess("--leakcheck", "--leakcheck-native")
            done.stderr.fnmatch_lines(["*within a program; run pytest as a command*"])
        """
    )
    done, _ = suite("-n1", "test_outer.py", "-p", "pytester")
    assert done.returncode == 0, done.stdout


def test_a_debugger_is_not_shaken_off(suite, pytester, monkeypatch):
    options = "-q -p no:cacheprovider -p no:randomly --leakcheck -k gives"
    monkeypatch.setenv("PYTEST_ADDOPTS", options)  # pdb takes some of them for its own.
    # Without a breakpoint it takes itself out, and nothing is lost.
    line = 1 + TESTS.strip("\n").split("\n").index("    KEPT.append([1])")
    words = [
        "-m",
        "pdb",
        "-c",
        f"break {pytester.path}/test_it.py:{line}",
        "-c",
        "continue",
        "-c",
        "quit",
    ]
    words.append(pytest.__path__[0] + "/__main__.py")
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "native memory was not counted: a debugger is at work" in done.stdout, done.stderr


def test_a_worker_that_hears_nothing_is_blind_and_not_clean(suite, pytester):
    """Such as one that is started without what is preloaded."""
    pytester.makepyfile(drops="import os\nos.environ.pop('LD_PRELOAD', None)\n")
    for options in (["--leakcheck-native"], []):  # Its controller hears by default too.
        done, found = suite("-p", "drops", "--leakcheck", "-n1", "-k", "test_keeps", *options)
        assert done.returncode == 4, done.stdout
        assert {one for one in verdicts(found).values() if one} == set()
        assert "its shim was not preloaded" in done.stdout + done.stderr


def test_the_command_line_hears_too(pytester, monkeypatch):
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    pytester.makepyfile(lib=TESTS)
    words = [sys.executable, "-m", "leakcheck", "run", "lib.py::test_keeps"]
    for options in ([], ["--native"]):
        done = subprocess.run([*words, *options], capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        assert "+1 native block/run" in done.stdout
        assert "leakcheck run lib.py::test_keeps --native --seed" in done.stdout
    left_out = [*words, "--no-native"]
    done = subprocess.run(left_out, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    environment = os.environ | {"PYTHONMALLOC": "malloc"}
    done = subprocess.run(
        [*words, "--native"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 4
