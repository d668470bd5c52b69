# SPDX-License-Identifier: MIT
"""`python -m leakcheck why`: who holds what grows, the objects of a class, or one object."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import leakcheck
from tests.unit.unchecked import LONG

ROOT = Path(leakcheck.__file__).parent.parent
APP = """\
class Session:
    def __init__(self, user):
        self.user = user
class Bus:
    def __init__(self):
        self.handlers = []
    def __call__(self):
        raise AssertionError("an object is not run")
class Nobody:
    pass
BUS = Bus()
CACHE = {"user": Session("u")}
def subscribe():
    print("subscribing")
    BUS.handlers.append(Session("x"))
def clean():
    return [1]
def raises():
    raise ValueError("no")
"""


def why(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "app.py").write_text(APP)
    return subprocess.run(
        [sys.executable, "-m", "leakcheck", "why", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def answer(folder: Path, *arguments: str) -> list[str]:
    done = why(folder, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return [line for line in done.stdout.splitlines() if line != "subscribing"]


@LONG
def test_a_function_is_run_and_told_by_who_holds_what_grows(tmp_path: Path) -> None:
    said = answer(tmp_path, "app.py::subscribe", "--iterations", "48")
    first, held, carets, kept, stays, hint, fingerprint, lines = said
    assert first.startswith("LEAK  app.py::subscribe  +")
    assert held.startswith("  held by    app.BUS.handlers: list, +1 a run, ")
    assert carets == "                     ^^^^^^^^"
    assert stays.startswith("  stays      app.BUS.handlers[")
    assert kept.startswith("  kept       ")
    assert stays.endswith(" app.Session in 48 runs")
    assert hint.startswith("  next       each run adds a callback")
    assert fingerprint.startswith("  fingerprint LC-")
    assert lines == "  lines      python -m leakcheck run app.py::subscribe"


def test_what_does_not_leak_is_held_by_nobody(tmp_path: Path) -> None:
    first, held = answer(tmp_path, "app.py::clean")
    assert first.startswith("CLEAN  app.py::clean  nothing grew")
    assert held == "  held by    nobody: nothing is known to stay"


@LONG
@pytest.mark.parametrize("name", ["Session", "app.Session", "app:Session"])
def test_after_the_runs_the_objects_of_a_type_are_told(tmp_path: Path, name: str) -> None:
    lines = answer(tmp_path, "app.py::subscribe", "--type", name, "--iterations", "20")
    assert "  held by    app.CACHE['user']: 1 app.Session" in lines
    (many,) = [line for line in lines if "app.BUS.handlers[" in line]
    assert " alike: " in many


@LONG
def test_a_class_is_told_by_its_objects(tmp_path: Path) -> None:
    assert answer(tmp_path, "app:Session") == [
        "app:Session  1 object",
        "  held by    app.CACHE['user']: 1 app.Session",
    ]
    assert answer(tmp_path, "app:Nobody") == ["app:Nobody  no object of it is alive"]


@LONG
def test_an_object_is_told_by_its_holder_and_is_not_run(tmp_path: Path) -> None:
    assert answer(tmp_path, "app.py::BUS")[1] == "  held by    app.BUS: 1 app.Bus"
    assert (
        answer(tmp_path, "app:CACHE['user']")[1] == "  held by    app.CACHE['user']: 1 app.Session"
    )


@LONG
def test_json_has_the_whole_answer_and_nothing_else(tmp_path: Path) -> None:
    done = why(tmp_path, "app.py::subscribe", "--type", "Bus", "--json", "--iterations", "20")
    found = json.loads(done.stdout)
    assert (found["target"], found["what"], found["alive"]) == ("app.py::subscribe", "app.Bus", 1)
    assert found["holders"] == [
        {"type": "app.Bus", "path": "app.BUS", "module": "app", "native": 0}
    ]
    whole = json.loads(why(tmp_path, "app.py::subscribe", "--json", "--iterations", "20").stdout)
    assert whole["result"]["containers"][0]["path"] == "app.BUS.handlers"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["app.py::Nothing"], "app.py has no 'Nothing'"),
        (["app:CACHE['nope']"], "can't be evaluated in app (KeyError: 'nope')"),
        (["app.py::subscribe", "--type", "Sesion"], "called 'Sesion'; did you mean Session?"),
        (["app.py::BUS", "--type", "Bus"], "and app.py::BUS is an object; leave --type out"),
        (["app:Bus", "--type", "Bus"], "and app:Bus is a class; leave --type out"),
        (["builtins:bytearray"], "the cycle collector knows no objects of builtins:bytearray"),
        (["Session"], "write FILE.py::function or module:function"),
        (["app.py::raises"], "app.py::raises raised ValueError: no"),
        (["app.py::clean", "--rate", "7"], "rate"),
    ],
)
def test_what_can_not_be_answered_is_said_in_a_sentence(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = why(tmp_path, *arguments)
    assert done.returncode == 2
    assert set(done.stdout.splitlines()) <= {"subscribing"}
    assert said in done.stderr.splitlines()[-1]
