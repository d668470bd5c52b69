# SPDX-License-Identifier: MIT
"""Beside other plugins the verdicts are the same, and what the plugins do for a test they still do.

Each plugin is loaded by the name under which it registers itself, as it is in a user's run.
"""

import importlib.util
import json
import sys

import pytest

pytest_plugins = ["pytester"]


def needs(module):
    missing = importlib.util.find_spec(module) is None
    return pytest.mark.skipif(missing, reason=f"{module} is not installed")


def verdicts(done):
    return {key.rpartition("::")[2]: value["verdict"] for key, value in done.found.items()}


COVERED = """
import threading, pytest
KEPT = []

def work(number):
    return [{"number": each} for each in range(number) if each % 2]

def test_works():
    work(5)

class TestMethods:
    def test_method(self, tmp_path):
        (tmp_path / "file").touch()

def test_thread():
    thread = threading.Thread(target=work, args=(3,))
    thread.start()
    thread.join()

def test_compiles(tmp_path):
    file = tmp_path / "made.py"
    file.write_text("def made():\\n    return 1\\n")
    names = {}
    exec(compile(file.read_text(), str(file), "exec"), names)
    assert names["made"]() == 1

@pytest.mark.leakcheck(iterations=24)
def test_leaks():
    KEPT.append(bytearray(9))

def test_covers_more_after_others():
    if work(2):
        return
    raise AssertionError
"""


@needs("pytest_cov")
@pytest.mark.parametrize("core", ["ctrace", "pytrace", "sysmon"])
def test_coverage_is_that_of_the_own_run_and_grows_nothing(run, pytester, monkeypatch, core):
    if core == "sysmon" and sys.version_info < (3, 12):
        pytest.skip("sys.monitoring is there since CPython 3.12")
    monkeypatch.setenv("COVERAGE_CORE", core)
    lines = {}
    for name in ("plain", "ours"):
        options = ("--cov=test_it", f"--cov-report=json:{name}.json", "--leakcheck-iterations=100")
        done = run(COVERED, *options, plugins=["pytest_cov"], flag=name == "ours")
        report = json.loads((pytester.path / f"{name}.json").read_text())
        lines[name] = report["files"]["test_it.py"]["executed_lines"]
    found = verdicts(done)
    assert found.pop("test_leaks") == "leak"
    assert found == dict.fromkeys(found, "clean")
    assert len(found) == COVERED.count("def test_") - 1
    assert lines["ours"] == lines["plain"]
    assert len(lines["ours"]) > 20
    done.result.stderr.no_fnmatch_line("*CoverageWarning*")


@needs("pytest_mock")
def test_mocker(run):
    source = """
        import os, pytest
        class Thing:
            def go(self): return 1
        def test_clean(mocker):
            getcwd = mocker.patch("os.getcwd", return_value="x")
            assert os.getcwd() == "x"
            mocker.spy(Thing, "go")
            Thing().go()
            mocker.patch.dict(os.environ, LEAKCHECK_TRIED="yes")
            mocker.stub("name")(1)
            mocker.create_autospec(Thing)
            getcwd.assert_called_once_with()
        @pytest.mark.leakcheck(iterations=24)
        def test_leaks(module_mocker):
            module_mocker.patch.object(Thing, "go")
        """
    done = run(source, "--leakcheck-iterations=100", plugins=["pytest_mock"])
    assert verdicts(done) == {"test_clean": "clean", "test_leaks": "leak"}
    done.result.assert_outcomes(passed=1, failed=1)


@needs("pytest_randomly")
def test_randomly_shuffles_and_seeds_own_runs_as_without_us(run, pytester):
    source = """
        import json, pathlib, random, pytest
        SEEN, KEPT = {}, []
        @pytest.fixture(scope="session", autouse=True)
        def written():
            yield
            pathlib.Path("seen.json").write_text(json.dumps(list(SEEN.items())))
        @pytest.fixture
        def number(): return random.random()
        @pytest.mark.parametrize("letter", "abcdef")
        def test_draws(letter, number):
            SEEN.setdefault(letter, [number, random.random()])
        @pytest.mark.leakcheck(iterations=24)
        def test_leaks():
            KEPT.append(random.random())
        """
    seen = {}
    for name in ("plain", "ours"):
        options = ("-p", "randomly", "--randomly-seed=7", "--leakcheck-iterations=100")
        done = run(source, *options, flag=name == "ours")
        seen[name] = json.loads((pytester.path / "seen.json").read_text())
    assert seen["ours"] == seen["plain"]
    assert [letter for letter, _ in seen["ours"]] != sorted("abcdef")
    found = verdicts(done)
    assert found.pop("test_leaks") == "leak"
    assert set(found.values()) == {"clean"}
    assert len(found) == 6


HANGS = """
import pytest, threading
RUNS, KEPT = [], []
def test_clean(tmp_path): pass
def test_leaks(): KEPT.append(object())
def test_hangs():
    RUNS.append(1)
    if len(RUNS) == 3:
        threading.Event().wait()
def test_next(): pass
"""
SOON = HANGS.replace("def test_hangs", "@pytest.mark.timeout(2)\ndef test_hangs")
"""The one that hangs has two seconds, its neighbours what they take on a busy machine."""


@needs("pytest_timeout")
@pytest.mark.parametrize("method", ["signal", "thread"])
def test_timeout_goes_off_in_a_repeated_run_and_not_after_it(run, method):
    options = ("-p", "timeout", "--timeout=60", f"--timeout-method={method}")
    calm = run(HANGS.replace("== 3", "== 0"), *options, "--leakcheck-iterations=24")
    expected = {"test_clean": "clean", "test_leaks": "leak", "test_next": "clean"}
    # RUNS grows with each of its runs.
    assert verdicts(calm) == {**expected, "test_hangs": "leak"}
    calm.result.assert_outcomes(passed=2, failed=2)


@needs("pytest_timeout")
def test_timeout_by_signal_fails_the_test_and_the_session_goes_on(run):
    options = ("-p", "timeout", "--timeout=60", "--timeout-method=signal")
    done = run(SOON, *options, "--leakcheck-iterations=24")
    assert verdicts(done) == {"test_clean": "clean", "test_leaks": "leak", "test_next": "clean"}
    done.result.assert_outcomes(passed=2, failed=2)
    done.result.stdout.fnmatch_lines(["FAILED *::test_hangs - Failed: Timeout (>2.0s)*"])


@needs("pytest_timeout")
def test_timeout_by_a_thread_ends_the_process_and_shows_where(run):
    options = ("-p", "timeout", "--timeout=60", "--timeout-method=thread")
    done = run(SOON, *options, "--leakcheck-iterations=24")
    assert done.status != 0
    assert "threading.Event().wait()" in done.out + done.err
    assert "test_hangs" in done.out + done.err


@needs("pytest_rerunfailures")
def test_reruns_are_for_what_fails_and_not_for_what_leaks(run, pytester):
    source = """
        import pytest
        TRIES, KEPT = [], []
        def test_flaky():
            TRIES.append(1)
            assert len(TRIES) > 1
            del TRIES[2:]
        @pytest.mark.leakcheck(iterations=24)
        def test_leaks():
            KEPT.append(object())
        def test_fails():
            assert 0
        def test_clean(): pass
        """
    done = run(source, "--reruns=2", plugins=["pytest_rerunfailures"])
    assert verdicts(done) == {"test_flaky": "clean", "test_leaks": "leak", "test_clean": "clean"}
    outcomes = done.result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"], outcomes["rerun"]) == (2, 2, 1 + 2)
    assert len((pytester.path / "witnessed.jsonl").read_text().splitlines()) == 3
    done.result.stdout.fnmatch_lines(["leakcheck: 1 leaking, 2 clean*"])
