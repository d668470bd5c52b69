# SPDX-License-Identifier: MIT
"""`python -m leakcheck run`: exit statuses and sentences, in a process of its own each."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import leakcheck
from leakcheck import Phase
from leakcheck.verbs.progress import progress_line
from tests.unit.unchecked import LONG

pytestmark = LONG

ROOT = Path(leakcheck.__file__).parent.parent

LEAKY = """\
import itertools
kept = []
def leaky():
    kept.append(bytes(400))
"""


def run(
    *arguments: str, cwd: Path, python: tuple[str, ...] = (), **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "-m", "leakcheck", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def sentence(done: subprocess.CompletedProcess[str], status: int) -> str:
    """The one line that a refusal prints, after checking that it is one."""
    assert done.returncode == status, done
    assert done.stdout == ""
    assert done.stderr.startswith("leakcheck: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_the_version_names_the_interpreter_too(tmp_path: Path) -> None:
    done = run("--version", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(f"leakcheck {leakcheck.__version__} (CPython 3.")


def test_the_help_lists_the_exit_statuses(tmp_path: Path) -> None:
    done = run("run", "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "this interpreter can't be measured" in done.stdout


def test_no_verb_prints_the_help_and_is_no_success(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert done.returncode == 2
    assert "usage: python -m leakcheck" in done.stderr


def test_a_leak_is_status_1_and_names_the_line(tmp_path: Path) -> None:
    write(tmp_path, "app.py", LEAKY)
    done = run("run", "app.py::leaky", cwd=tmp_path)
    assert done.returncode == 1, done
    assert "app.py:4" in done.stdout
    assert "kept.append(bytes(400))" in done.stdout
    assert "python -m leakcheck run app.py::leaky" in done.stdout
    assert done.stderr == ""


def test_a_module_is_found_from_the_current_directory(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    write(tmp_path / "pkg", "__init__.py", "")
    write(tmp_path / "pkg", "app.py", "from . import other\n" + LEAKY)
    write(tmp_path / "pkg", "other.py", "")
    assert run("run", "pkg.app:leaky", cwd=tmp_path).returncode == 1


def test_clean_is_status_0_with_a_bound(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "def fine():\n    return [0] * 100\n")
    done = run("run", "app.py", cwd=tmp_path)
    assert done.returncode == 0, done
    assert "clean" in done.stdout.lower()
    assert "app.py::fine" in done.stdout


def test_iterations_are_counted_exactly(tmp_path: Path) -> None:
    write(tmp_path, "app.py", LEAKY)
    done = run("run", "app.py::leaky", "--iterations", "500", "--json", cwd=tmp_path)
    assert done.returncode == 1, done
    report = json.loads(done.stdout)
    leak = next(site for site in report["result"]["sites"] if site["bytes"] > 400 * 500)
    assert (leak["blocks"], leak["bytes"]) == (500, 500 * (400 + sys.getsizeof(b"")))
    assert leak["statement"] == "kept.append(bytes(400))"
    leaf = leak["frames"][-1]
    assert (leaf["file"], leaf["line"]) == (str(tmp_path / "app.py"), 4)
    assert leaf["function"] == "leaky"
    assert report["result"]["verdict"] == "leak"
    assert report["target"] == "app.py::leaky"


def test_what_is_printed_into_a_pipe_is_no_reference_that_grows(tmp_path: Path) -> None:
    write(tmp_path, "talk.py", "def talk():\n    print('x' * 3)\n")
    done = run("run", "talk.py::talk", "--iterations", "60", cwd=tmp_path, PYTHONUNBUFFERED="")
    assert done.returncode == 0, done.stdout
    assert "CLEAN  talk.py::talk  " in done.stdout


def test_the_function_s_own_output_does_not_get_into_the_json(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "print('loading')\ndef fine():\n    print('running')\n")
    done = run("run", "app.py", "--json", cwd=tmp_path)
    assert done.returncode == 0, done
    assert json.loads(done.stdout)["result"]["verdict"] == "clean"
    assert done.stderr.startswith("loading\nrunning\n")


def test_a_coroutine_function_is_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        "app.py",
        "import asyncio\nkept = []\nasync def leaky():\n"
        "    await asyncio.sleep(0)\n    kept.append(bytes(400))\n",
    )
    done = run("run", "app.py::leaky", cwd=tmp_path)
    assert done.returncode == 1, done
    assert "app.py:5" in done.stdout


def test_a_method_gets_a_new_instance_each_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        "app.py",
        "class Service:\n    def __init__(self):\n        self.seen = []\n"
        "    def serve(self):\n        self.seen.append(1)\n        assert self.seen == [1]\n",
    )
    assert run("run", "app.py::Service.serve", cwd=tmp_path).returncode == 0
    assert run("run", "app.py::Service::serve", cwd=tmp_path).returncode == 0


def test_a_test_case_is_run_with_its_fixtures(tmp_path: Path) -> None:
    write(
        tmp_path,
        "cases.py",
        "import unittest\nkept = []\nclass T(unittest.TestCase):\n"
        "    @classmethod\n    def setUpClass(cls):\n        cls.ready = True\n"
        "    def setUp(self):\n        self.addCleanup(kept.clear)\n"
        "    def test_it(self):\n        assert self.ready\n        kept.append(bytes(100))\n",
    )
    done = run("run", "cases.py::T.test_it", cwd=tmp_path)
    assert done.returncode == 0, done


def test_an_async_case_is_run_with_its_async_fixtures(tmp_path: Path) -> None:
    write(
        tmp_path,
        "cases.py",
        "import asyncio, unittest\nkept = []\nclass T(unittest.IsolatedAsyncioTestCase):\n"
        "    async def asyncSetUp(self):\n        await asyncio.sleep(0)\n"
        "        self.addAsyncCleanup(self.clean)\n"
        "    async def clean(self):\n        kept.clear()\n"
        "    async def test_it(self):\n        kept.append(bytes(100))\n"
        "    def test_plain(self): ...\n",
    )
    done = run("run", "cases.py::T.test_it", cwd=tmp_path)
    assert done.returncode == 0, done
    assert "make it async def" in sentence(run("run", "cases.py::T.test_plain", cwd=tmp_path), 2)


def test_a_decorated_function_is_measured_once_with_its_settings(tmp_path: Path) -> None:
    write(
        tmp_path,
        "app.py",
        "from leakcheck import leakcheck\nkept = []\n@leakcheck(iterations=50)\n"
        "def leaky():\n    kept.append(bytes(400))\n",
    )
    done = run("run", "app.py::leaky", "--json", cwd=tmp_path)
    assert done.returncode == 1, done
    assert json.loads(done.stdout)["result"]["judged"] == 50


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("gone.py::f", "there is no file gone.py"),
        ("ap.py::f", "there is no file ap.py; did you mean app.py?"),
        ("app.py::leeky", "app.py has no 'leeky'; did you mean leaky?"),
        ("app.py::C.methud", "C has no 'methud'; did you mean method?"),
        ("app.py", "defines 2 functions that could be run; name one: app.py::leaky, app.py::other"),
        ("app.py::", "names no function; write FILE.py::function"),
        ("app", "write FILE.py::function or module:function"),
        ("app.py::C::", "names no function; write FILE.py::function"),
        ("app.py:leaky", "named with two colons: app.py::leaky"),
        (".:f", "'.:f' is no file that exists and names no function"),
        ("app:", "'app:' is no file that exists and names no function"),
        ("nowhere:f", "there is no module nowhere to import from"),
        ("app:gone", "app has no 'gone'"),
        (".", ". is not a file"),
        ("app.py::needy", "app.py::needy needs request; write a function that calls it"),
        ("app.py::gen", "app.py::gen is a generator function"),
        ("app.py::agen", "app.py::agen is a generator function"),
        ("app.py::hidden", "hidden returned a generator that nobody ran"),
        ("app.py::number", "app.py::number is not a function; its type is int"),
        ("app.py::C", "app.py::C is a class; name one of its methods"),
        ("app.py::N.m", "N can't be made without arguments, it needs size"),
        ("json.py::f", "a module called json is loaded already"),
        ("empty.py", "defines no public function"),
    ],
)
def test_a_target_that_will_not_do_is_one_sentence(tmp_path: Path, target: str, said: str) -> None:
    write(
        tmp_path,
        "app.py",
        "number = 4\ndef leaky(): ...\ndef other(): ...\ndef needy(request): ...\n"
        "def gen():\n    yield\nasync def agen():\n    yield\ndef hidden(_=0):\n"
        "    return gen()\nhidden.__module__ = 'x'\n"
        "class C:\n    def method(self): ...\n"
        "class N:\n    def __init__(self, size): ...\n    def m(self): ...\n",
    )
    write(tmp_path, "empty.py", "")
    write(tmp_path, "json.py", "def f(): ...\n") if target.startswith("json") else None
    python = ("-P",) if target.startswith("json") else ()
    assert said in sentence(run("run", target, cwd=tmp_path, python=python), 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rate", "0"], "rate must be over 0 and at most 1"),
        (["--rate", "2"], "rate must be over 0 and at most 1"),
        (["--rate", "nan"], "rate must be"),
        (["--rate", "fast"], "argument --rate: invalid float value: 'fast'"),
        (["--max-time", "-1"], "max time must be a number of seconds over 0"),
        (["--iterations", "3"], "iterations must be a whole number from 12"),
        (["--iterations", "many"], "argument --iterations: invalid int value"),
        (["--color", "blue"], "argument --color: invalid choice: 'blue'"),
        (["--fast"], "unrecognized arguments: --fast"),
    ],
)
def test_a_bad_option_is_one_sentence_and_nothing_is_imported(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    write(tmp_path, "app.py", "raise AssertionError('imported')\n")
    assert said in sentence(run("run", "app.py::f", *arguments, cwd=tmp_path), 2)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nonsense_of_mine\n", "ModuleNotFoundError: No module named 'nonsense_of_mine'"),
        ("def f(:\n", "SyntaxError"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)\n", "SystemExit: 0"),
    ],
)
@pytest.mark.parametrize("target", ["broken.py::f", "broken:f"])
def test_a_module_that_fails_to_import_shows_its_own_traceback_only(
    tmp_path: Path, code: str, said: str, target: str
) -> None:
    write(tmp_path, "broken.py", code)
    done = run("run", target, cwd=tmp_path)
    assert done.returncode == 2, done
    last = done.stderr.splitlines()[-1]
    assert last.startswith("leakcheck: ")
    assert "can't be imported" in last
    assert said in last
    assert f'File "{tmp_path / "broken.py"}", line 1' in done.stderr
    assert str(ROOT / "leakcheck") not in done.stderr
    assert "importlib" not in done.stderr


def test_a_file_of_a_package_is_told_how_to_be_named(tmp_path: Path) -> None:
    write(tmp_path, "__init__.py", "")
    write(tmp_path, "part.py", "from . import other\ndef f(): ...\n")
    done = run("run", "part.py::f", cwd=tmp_path)
    assert done.returncode == 2
    assert "name it as package.module:function" in done.stderr


@pytest.mark.parametrize("how", ["raise LookupError('gone')", "raise SystemExit(0)"])
def test_a_function_that_raises_is_never_clean(tmp_path: Path, how: str) -> None:
    write(tmp_path, "app.py", f"def f():\n    {how}\n")
    done = run("run", "app.py::f", cwd=tmp_path)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.splitlines()[1] == f'  File "{tmp_path / "app.py"}", line 2, in f'
    assert "app.py::f raised" in done.stderr.splitlines()[-1]
    assert str(ROOT / "leakcheck") not in done.stderr


def test_a_foreign_allocator_is_blindness(tmp_path: Path) -> None:
    write(tmp_path, "app.py", LEAKY)
    done = run("run", "app.py::leaky", cwd=tmp_path, PYTHONMALLOC="malloc")
    assert "unset PYTHONMALLOC" in sentence(done, 4)


def test_tracemalloc_is_blindness(tmp_path: Path) -> None:
    write(tmp_path, "app.py", LEAKY)
    done = run("run", "app.py::leaky", cwd=tmp_path, python=("-X", "tracemalloc"))
    assert "tracemalloc is on" in sentence(done, 4)


def test_interrupted_is_one_line_and_status_130(tmp_path: Path) -> None:
    code = "import os, signal\nruns = 0\ndef f():\n    global runs\n    runs += 1\n"
    write(tmp_path, "app.py", code + "    if runs == 2: os.kill(os.getpid(), signal.SIGINT)\n")
    assert "interrupted; nothing was decided" in sentence(run("run", "app.py", cwd=tmp_path), 130)


def test_not_decided_is_a_warning_and_with_strict_a_failure(tmp_path: Path) -> None:
    # Each run takes a tenth of the time allowed, and the first trace alone is 112 of them.
    write(
        tmp_path,
        "app.py",
        "import itertools, time\nids = itertools.count()\nkept = {}\n"
        "def f():\n    time.sleep(0.02)\n    kept[next(ids)] = bytes(500)\n",
    )
    arguments = ("run", "app.py::f", "--max-time", "0.2")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done
    assert "leakcheck: warning: app.py::f is inconclusive" in done.stderr
    assert run(*arguments, "--strict", cwd=tmp_path).returncode == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_check_shows_its_progress_on_a_terminal_and_wipes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_line() as progress:
        assert progress is not None
        progress(Phase.WARMUP, 1, 0.5)
        assert terminal.getvalue() == ""
        progress(Phase.SCREEN, 12, 1.5)
        progress(Phase.SCREEN, 13, 1.51)
        assert terminal.getvalue() == "\r\x1b[Kleakcheck: screen, 12 runs, 2 s"
    assert terminal.getvalue().endswith("2 s\r\x1b[K")


def test_there_is_no_progress_line_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_line() as progress:
        assert progress is None


def test_probes_are_asked_for_by_name_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    write(tmp_path, "opens.py", "import os\ndef opens():\n    os.dup(1)\n")
    done = run("run", "opens.py::opens", "--probes", "threads,descriptors", cwd=tmp_path)
    assert done.returncode == 1, done
    assert "+1 descriptor/run" in done.stdout
    assert "at opens.py:3 in opens: os.dup(1)" in done.stdout
    assert "--probes threads,descriptors --seed 1" in done.stdout
    assert "+1 descriptor/run" in run("run", "opens.py::opens", cwd=tmp_path).stdout
    assert run("run", "opens.py::opens", "--probes", "none", cwd=tmp_path).returncode == 0
    said = sentence(run("run", "opens.py::opens", "--probes", "sinks", cwd=tmp_path), 2)
    assert "the probe 'sinks' is not known; there are" in said
