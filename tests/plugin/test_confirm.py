# SPDX-License-Identifier: MIT
"""`--leakcheck-confirm`: a leak stands only where it shows alone in a fresh process too."""

from __future__ import annotations

import os
import tempfile

import pytest

from leakcheck.pytest_plugin.fresh import kept

pytest_plugins = ["pytester"]

LEAKS = """
import pytest
KEPT = []
def keep():
    KEPT.append([1])
def test_leaks():
    keep()
@pytest.mark.parametrize("text", ["a b", "c/d[e]"])
def test_shares(text):
    keep()
def test_clean():
    pass
"""
AFTER_OTHERS = """
KEPT, SWITCH = [], []
def test_first():
    SWITCH[:] = [True]
def test_second():
    if SWITCH:
        KEPT.append([1])
def test_third():
    KEPT.append([1])
"""
FAILS_ALONE = """
READY, KEPT = [], []
def test_first():
    READY[:] = [True]
def test_second():
    assert READY
    KEPT.append([1])
"""
SETTINGS = """
import os, pathlib
KEPT = []
def test_it(pytestconfig):
    option = pytestconfig.option
    told = [option.leakcheck_rate, option.leakcheck_seed, option.leakcheck_iterations,
            pytestconfig.getini("leakcheck_max_time"), pytestconfig.getini("testpaths"),
            option.pythonwarnings, str(pytestconfig.rootpath), os.getcwd()]
    pathlib.Path(f"seen_by_{os.getpid()}.txt").write_text(repr(told))
    KEPT.append([1])
"""
ENDLESS = """
import os, pathlib, signal
KEPT = []
def test_it(pytestconfig):
    if pytestconfig.option.leakcheck_result:
        pathlib.Path("pid.txt").write_text(str(os.getpid()))
        os.kill(os.getppid(), signal.SIGINT)
        signal.pause()
    KEPT.append([1])
"""
IMPATIENT = f"""
from leakcheck.pytest_plugin import fresh
fresh.START_SECONDS = fresh.CHECKS = 0.001
{LEAKS}
"""
CONFIRM = "--leakcheck-confirm"


def test_a_leak_that_shows_alone_too_stands_and_is_said_to_be_confirmed(run):
    done = run(LEAKS, CONFIRM)
    done.result.assert_outcomes(failed=3, passed=1)
    assert done.result_of("test_leaks")["fresh"] == "confirmed alone in a fresh process"
    assert done.result_of("test_clean")["fresh"] == ""
    done.result.stdout.fnmatch_lines(["  fresh      confirmed alone in a fresh process"])


def test_tests_that_share_a_leak_need_one_process(run):
    done = run(LEAKS, CONFIRM)
    wanted = "confirmed alone in a fresh process, in test_it.py::test_leaks"
    assert done.result_of("test_shares[a b]")["fresh"] == wanted


@pytest.mark.parametrize("name", ["a b", "c/d[e]"])
def test_an_id_with_special_characters_is_found_again(run, name):
    done = run(LEAKS, CONFIRM, "-k", "shares", "--deselect", _other(name))
    (found,) = done.found.values()
    assert found["fresh"] == "confirmed alone in a fresh process"


def _other(name):
    return f"test_it.py::test_shares[{'a b' if name != 'a b' else 'c/d[e]'}]"


def test_a_leak_that_needs_the_tests_before_it_is_inconclusive(run):
    done = run(AFTER_OTHERS, ini="leakcheck_confirm = true")
    assert done.verdict("test_second") == "inconclusive"
    assert done.reason("test_second").startswith(
        "it leaks only after the tests before it: alone in a fresh process it is clean"
    )
    # The next test with the same leak is asked itself, and has the whole report.
    third = done.result_of("test_third")
    assert (third["verdict"], third["first_in"]) == ("leak", "")
    assert third["fresh"] == "confirmed alone in a fresh process"
    done.result.assert_outcomes(passed=2, failed=1)
    done.result.stdout.fnmatch_lines(["INCONCLUSIVE test_it.py::test_second: it leaks only after*"])


def test_without_the_option_no_process_is_started(run):
    done = run(AFTER_OTHERS)
    assert done.verdict("test_second") == "leak"
    assert done.result_of("test_second")["fresh"] == ""


def test_a_test_that_fails_alone_leaks_and_was_not_confirmed(run):
    done = run(FAILS_ALONE, CONFIRM)
    done.result.assert_outcomes(passed=1, failed=1)
    assert done.verdict("test_second") == "leak"
    told = done.result_of("test_second")["fresh"]
    assert told.startswith("not confirmed in a fresh process: it ended with status 1")
    assert "1 failed" in told


def test_a_process_that_cannot_measure_leaves_the_leak_and_says_why(run):
    source = f"import os\nos.environ['PYTHONMALLOC'] = 'malloc'\n{LEAKS}"
    done = run(source, CONFIRM, "-k", "test_leaks")
    assert done.verdict("test_leaks") == "leak"
    told = done.result_of("test_leaks")["fresh"]
    assert told.startswith("not confirmed in a fresh process: it ended with status 4")
    assert "PYTHONMALLOC" in told


def test_settings_and_options_are_those_of_the_session(run, pytester):
    done = run(
        SETTINGS,
        CONFIRM,
        "--leakcheck-rate=0.5",
        "--leakcheck-seed",
        "7",
        "-W",
        "ignore::ResourceWarning",
        "-o",
        "testpaths=somewhere",
        "-k",
        "test_it",
        "-x",
        "test_it.py",
        ini="leakcheck_max_time = 60",
    )
    assert done.result_of("test_it")["fresh"] == "confirmed alone in a fresh process"
    told = [path.read_text() for path in pytester.path.glob("seen_by_*.txt")]
    assert len(told) == 2
    assert told[0] == told[1]
    assert "['0.5', '7', None, '60', ['somewhere'], ['ignore::ResourceWarning'], " in told[0]


def test_nothing_is_left_on_disk(run, pytester, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    done = run(LEAKS, CONFIRM, "--junitxml=report.xml", "-k", "test_leaks")
    assert done.result_of("test_leaks")["fresh"] == "confirmed alone in a fresh process"
    assert not list(tmp_path.glob("leakcheck-*"))
    assert "test_leaks" in (pytester.path / "report.xml").read_text()
    of_pytester = {"runpytest-0", "runpytest-current", "stdout", "stderr", "witnessed.jsonl"}
    made = {path.name for path in pytester.path.iterdir() if path.suffix not in {".py", ".ini"}}
    assert made - of_pytester <= {"report.xml", "__pycache__"}


def test_ctrl_c_ends_the_process_too(run, pytester):
    done = run(ENDLESS, CONFIRM)
    assert done.status == pytest.ExitCode.INTERRUPTED
    with pytest.raises(ProcessLookupError):
        os.kill(int((pytester.path / "pid.txt").read_text()), 0)


def test_a_process_that_takes_too_long_leaves_the_leak_and_says_so(run):
    done = run(IMPATIENT, CONFIRM, "-k", "test_leaks")
    assert done.verdict("test_leaks") == "leak"
    assert done.result_of("test_leaks")["fresh"].startswith(
        "not confirmed in a fresh process: it took longer than"
    )


def test_it_works_in_a_worker_of_xdist(run):
    pytest.importorskip("xdist")
    done = run(LEAKS, CONFIRM, "-n", "1", "-k", "test_leaks", plugins=["xdist"])
    assert done.result_of("test_leaks")["fresh"] == "confirmed alone in a fresh process"


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        (["-k", "x", "tests", "-m", "slow", "-q"], ["-q"]),
        (["-n4", "--dist=load", "-kx", "-p", "no:randomly"], ["-p", "no:randomly"]),
        (["--junitxml=a.xml", "--junitxml", "b.xml", "-o", "a=b"], ["-o", "a=b"]),
        (["--cov", "tests", "--cov=pkg", "--cov-report", "xml"], []),
        (["-c", "other.ini", "--rootdir=x", "--my-option", "value"], ["--my-option", "value"]),
        (["--leakcheck", "--leakcheck-rate", "0.1", "--leakcheck-confirm", "tests"], []),
    ],
)
def test_options_that_choose_tests_or_write_files_are_left_out(words, rest):
    assert kept(words, ["tests"]) == rest
