# SPDX-License-Identifier: MIT
"""--leakcheck-json: one file with all that was measured, also where it was not."""

import json
import xml.etree.ElementTree as ET

import pytest

from leakcheck.gate.schema import schema
from leakcheck.gate.sessionfile import load
from leakcheck.model import Verdict

jsonschema = pytest.importorskip("jsonschema")
pytest_plugins = ["pytester"]

SOURCE = """
import pytest
KEPT = []
RUNS = []
def test_clean(): pass
def test_leaks(): KEPT.append(bytearray(300))
def test_leaks_too(): test_leaks()
def test_once():
    RUNS.append(1)
    assert len(RUNS) == 1
def test_fails(): assert 0
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail
def test_expected(): assert 0
@pytest.mark.no_leakcheck(reason="x")
def test_left_out(): pass
@pytest.fixture
def broken(): yield; raise ValueError
def test_tear_down(broken): pass
"""
XDIST = ["xdist.plugin", "xdist.looponfail"]


def told(pytester):
    path = pytester.path / "out" / "session.json"
    jsonschema.validate(json.loads(path.read_text()), schema())
    return load(path)


def in_short(session):
    return {
        one.nodeid.partition("::")[2]: (
            str(one.outcome),
            one.result and str(one.result.verdict),
            one.result and one.result.fingerprint,
            one.why,
        )
        for one in session.tests
    }


def test_each_test_is_in_it_with_its_outcome_and_result(run, pytester):
    done = run(SOURCE, "--leakcheck-json=out/session.json")
    session = told(pytester)
    found = in_short(session)
    mark = found["test_leaks"][2]
    assert mark.startswith("LC-")
    assert found == {
        "test_clean": ("passed", "clean", None, ""),
        "test_leaks": ("failed", "leak", mark, ""),
        "test_leaks_too": ("failed", "leak", mark, ""),
        "test_once": ("passed", "not measured", None, found["test_once"][3]),
        "test_fails": ("failed", None, None, "it failed by itself"),
        "test_skipped": ("skipped", None, None, "it was skipped"),
        "test_expected": ("xfailed", None, None, "it failed as expected"),
        "test_left_out": ("passed", None, None, "no check was asked for"),
        "test_tear_down": ("error", "not measured", None, "its own tear-down fails"),
    }
    assert "fails when repeated" in found["test_once"][3]
    assert session.whole
    assert session.status == done.status == 1
    leaf = session.tests[1].result.sites[0].leaf
    assert (leaf.file, session.sources["test_it.py"][leaf.line]) == (
        "test_it.py",
        "def test_leaks(): KEPT.append(bytearray(300))",
    )


def test_with_xdist_it_says_the_same(run, pytester):
    run(SOURCE, "--leakcheck-json=out/session.json")
    serial = in_short(told(pytester))
    run(SOURCE, "-n2", "--leakcheck-json=out/session.json", plugins=XDIST)
    assert in_short(told(pytester)) == serial


def test_with_each_every_worker_has_its_own_results(run, pytester):
    source = "def test_one(): pass\ndef test_two(): pass\n"
    options = ("--tx=2*popen", "--dist=each", "--leakcheck-json=out/session.json")
    run(source, *options, plugins=XDIST)
    keys = sorted((one.nodeid, one.worker) for one in told(pytester).tests)
    assert keys == [
        (f"test_it.py::test_{name}", gw) for name in ("one", "two") for gw in ("gw0", "gw1")
    ]


def test_a_worker_that_dies_in_a_check_leaves_its_test_not_measured(run, pytester):
    source = """
    import os
    RUNS = []
    def test_dies():
        RUNS.append(1)
        if len(RUNS) == 3: os._exit(7)
    def test_after(): pass
    def test_last(): pass
    """
    done = run(source, "-n2", "--leakcheck-json=out/session.json", plugins=XDIST)
    session = told(pytester)
    assert done.status == 1
    assert {one.nodeid: one.result.verdict for one in session.tests} == {
        "test_it.py::test_dies": Verdict.NOT_MEASURED,
        "test_it.py::test_after": Verdict.CLEAN,
        "test_it.py::test_last": Verdict.CLEAN,
    }
    (dead,) = [one for one in session.tests if one.nodeid.endswith("dies")]
    assert (dead.outcome, dead.why) == ("failed", "the worker process that ran it crashed")
    assert dead.line == 3
    assert f"NOT MEASURED {dead.nodeid}: {dead.why}" in done.out
    assert "leakcheck: 2 clean (at most 0.75 leaks a run, 95 %), 1 not measured" in done.out


def test_what_was_measured_before_a_worker_died_is_kept(run, pytester):
    source = """
    import os, pytest
    KEPT = []
    @pytest.fixture(scope="module")
    def dies():
        yield
        os._exit(7)
    def test_leaks(dies): KEPT.append(bytearray(300))
    """
    done = run(source, "-n1", "--leakcheck-json=out/session.json", plugins=XDIST)
    (one,) = told(pytester).tests
    assert (one.result.verdict, one.standing) == (Verdict.LEAK, "new")
    assert "leakcheck: 1 leaking\n" in done.out + "\n"


@pytest.mark.parametrize("options", [("-k", "clean"), ("test_it.py::test_clean",)])
def test_a_session_that_chose_among_the_tests_is_not_whole(run, pytester, options):
    run("def test_clean(): pass\n", "--leakcheck-json=out/session.json", *options)
    assert not told(pytester).whole


def test_it_is_written_when_nothing_was_to_be_checked(run, pytester):
    run("def test_it(): pass\n", "--leakcheck-json=out/session.json", flag=False)
    (one,) = told(pytester).tests
    assert one.why == "no check was asked for"


def test_a_place_where_nothing_can_be_written_ends_the_session_at_once(run, pytester):
    pytester.makefile(".txt", taken="")
    for path in (".", "", "taken.txt/x.json"):
        done = run("def test_it(): pass\n", f"--leakcheck-json={path}", here=True)
        assert done.status == 4
        assert "--leakcheck-json can't write a file at" in done.err


def test_a_disk_that_fails_at_the_end_is_status_3_and_says_why(run, pytester):
    pytester.makeconftest(
        """
        import os
        def pytest_sessionfinish():
            def fail(handle): raise OSError(28, "No space left on device")
            os.fsync = fail
        """
    )
    done = run("def test_it(): pass\n", "--leakcheck-json=out/session.json")
    assert done.status == 3
    assert "No space left on device" in done.out + done.err
    assert not (pytester.path / "out" / "session.json").exists()


def test_pytests_own_junit_names_verdict_and_fingerprint(run, pytester):
    run(SOURCE, "--junitxml=junit.xml")
    cases = {one.get("name"): one for one in ET.parse(pytester.path / "junit.xml").iter("testcase")}
    found = {one.get("name"): one.get("value") for one in cases["test_leaks"].iter("property")}
    assert found["leakcheck.verdict"] == "leak"
    assert found["leakcheck.fingerprint"].startswith("LC-")
    assert found["leakcheck.rate"] == "2 blocks a run"
    (only,) = cases["test_clean"].iter("property")
    assert (only.get("name"), only.get("value")) == ("leakcheck.verdict", "clean")
