# SPDX-License-Identifier: MIT
"""However a suite is spread over processes, it finds what one process finds."""

import pytest

from leakcheck.cli import main
from leakcheck.gate.sessionfile import load
from leakcheck.model import Verdict

pytest_plugins = ["pytester"]

XDIST = ["xdist.plugin", "xdist.looponfail"]
APP = """
LISTENERS, SEEN, LOG = [], {}, []
def listen(f): LISTENERS.append(f)
def see(x): SEEN[len(SEEN)] = [x]
def log(x): LOG.append((x, object()))
"""
FILES = {
    "test_a": "def test_listens(): app.listen(lambda: 1)\ndef test_nothing(): pass",
    "test_b": "def test_sees(): app.see('b')\n"
    "@pytest.mark.parametrize('x', 'pq')\ndef test_logs(x): app.log(x)",
    "test_c": "class TestC:\n    def test_sees(self): app.see('c')\n    def test_nothing(self): pass",
    "test_d": "RUNS = []\ndef test_once():\n    RUNS.append(1)\n    assert len(RUNS) == 1\n"
    "def test_listens(): app.listen(lambda: 2)",
}
DIES = """
import os
RUNS = []
def test_dies():
    RUNS.append(1)
    if len(RUNS) == 4: os.kill(os.getpid(), 9)
"""


@pytest.fixture
def suite(run, pytester):
    """Runs some files; (test, worker, verdict, fingerprint) of each, in the order of their ids."""
    pytester.makepyfile(app=APP)
    for name, text in FILES.items():
        pytester.makepyfile(**{name: f"import app, pytest\n{text}\n"})

    def start(*options, source="", plugins=()):
        name = f"r{len(list(pytester.path.glob('r*.json')))}.json"
        done = run(source, f"--leakcheck-json={name}", *options, plugins=plugins)
        assert done.status == 1
        return pytester.path / name

    return start


def found(path):
    return sorted(
        (one.nodeid, one.worker, one.result.verdict, one.result.fingerprint)
        for one in load(path).tests
    )


def leaks(rows):
    return {(nodeid, fingerprint) for nodeid, _, _, fingerprint in rows if fingerprint}


def test_spread_over_workers_or_shards_it_is_the_same(suite, tmp_path, capsys):
    serial = found(suite())
    assert [row[0] for row in serial] == sorted(
        [
            *("test_a.py::test_listens", "test_a.py::test_nothing", "test_b.py::test_sees"),
            *("test_b.py::test_logs[p]", "test_b.py::test_logs[q]", "test_c.py::TestC::test_sees"),
            *("test_c.py::TestC::test_nothing", "test_d.py::test_once", "test_d.py::test_listens"),
        ]
    )
    assert len({fingerprint for _, fingerprint in leaks(serial)}) >= 3

    for options in (("-n2",), ("-n2", "--dist=loadscope"), ("-n2", "--dist=loadfile"), ("-n8",)):
        assert found(suite(*options, plugins=XDIST)) == serial, options

    each = found(suite("-n2", "--dist=each", plugins=XDIST))
    assert [row[1] for row in each] == ["gw0", "gw1"] * len(serial)
    assert [(test, "", *rest) for test, _, *rest in each[::2]] == serial

    shards = tmp_path / "shards"
    shards.mkdir()
    for name in FILES:
        path = suite(f"{name}.py")
        path.rename(shards / f"{name}.json")
    out = tmp_path / "merged.json"
    words = ("merge", str(shards), "--expect-shards", "4", "--whole", "-o", str(out))
    assert main(words) == 1
    assert found(out) == serial
    assert "leaking" in capsys.readouterr().out
    (shards / "test_a.json").unlink()
    assert main(words) == 1
    assert "4 shards were expected, 3 are here" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["-n2", "-n8"])
def test_a_worker_killed_in_a_check_costs_its_own_test_only(suite, workers):
    serial = found(suite("test_a.py", "test_b.py", "test_c.py", "test_d.py"))
    rows = found(suite(workers, source=DIES, plugins=XDIST))
    (dead,) = [row for row in rows if row[0].endswith("::test_dies")]
    assert dead == ("test_it.py::test_dies", "", Verdict.NOT_MEASURED, None)
    assert [row for row in rows if row is not dead] == serial
