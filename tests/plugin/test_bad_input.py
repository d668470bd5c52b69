# SPDX-License-Identifier: MIT
"""What cannot be used ends in one sentence that says what to do, with status 4, and never clean."""

import pytest

pytest_plugins = ["pytester"]

PASSES = "def test_it(): pass"


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--leakcheck-rate=abc", "--leakcheck-rate must be a number, not 'abc'"),
        ("--leakcheck-rate=0", "rate must be over 0 and at most 1"),
        ("--leakcheck-rate=2", "rate must be over 0 and at most 1"),
        ("--leakcheck-rate=nan", "rate must be over 0 and at most 1"),
        ("--leakcheck-max-time=-1", "max time must be a number of seconds over 0"),
        ("--leakcheck-max-time=inf", "max time must be a number of seconds over 0"),
        ("--leakcheck-iterations=1.5", "--leakcheck-iterations must be a whole number, not '1.5'"),
        ("--leakcheck-iterations=3", "iterations must be a whole number from 12"),
        ("--leakcheck-seed=x", "--leakcheck-seed must be a whole number, not 'x'"),
    ],
)
def test_option_values(run, option, says):
    done = run(PASSES, option, here=True)
    assert done.status == 4
    assert says in done.err
    assert "Traceback" not in done.err
    assert "clean" not in done.out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("leakcheck_rate = much", "leakcheck_rate in the ini file must be a number, not 'much'"),
        ("leakcheck_iterations = 0", "iterations must be a whole number from 12"),
        ("leakcheck_strict = perhaps", "leakcheck_strict in the ini file must be true or false"),
        ("leakcheck = perhaps", "leakcheck in the ini file must be true or false"),
    ],
)
def test_ini_values(run, line, says):
    done = run(PASSES, ini=line, here=True)
    assert done.status == 4
    assert says in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("leakcheck(0.1)", "test_it.py::test_it: the marker leakcheck takes keyword arguments"),
        ("leakcheck(rat=0.1)", "test_it.py::test_it: the marker leakcheck has no argument 'rat'"),
        ("leakcheck(rate=2)", "test_it.py::test_it: leakcheck rate must be over 0"),
        ("leakcheck(rate='x')", "test_it.py::test_it: leakcheck rate must be over 0"),
        ("leakcheck(strict='x')", "test_it.py::test_it: leakcheck strict must be True or False"),
        ("no_leakcheck('why')", "the marker no_leakcheck takes keyword arguments only (reason=)"),
    ],
)
@pytest.mark.parametrize("flag", [True, False])
def test_marker_arguments(run, marker, says, flag):
    if not flag and marker.startswith("no_"):
        pytest.skip("nothing to exclude from")
    done = run(f"import pytest\n@pytest.mark.{marker}\n{PASSES}", flag=flag, here=True)
    assert done.status == 4
    assert says in done.err + done.out
    assert "Traceback" not in done.err + done.out
    assert done.found == {}


def test_pythonmalloc_blinds_us(run, monkeypatch):
    monkeypatch.setenv("PYTHONMALLOC", "malloc")
    fixture = run(PASSES)  # conftest removed the variable before; set again for this run
    assert fixture.status == 4
    assert "unset PYTHONMALLOC" in fixture.err
    marked = run(f"import pytest\n@pytest.mark.leakcheck\n{PASSES}", flag=False)
    assert marked.status == 1
    marked.result.assert_outcomes(failed=1)
    assert "unset PYTHONMALLOC" in marked.out


def test_tracemalloc_on_from_the_start(run, monkeypatch):
    monkeypatch.setenv("PYTHONTRACEMALLOC", "1")
    done = run(PASSES)
    assert done.status == 4
    assert "tracemalloc is on" in done.err


def test_tracemalloc_started_by_a_test(run):
    source = "import tracemalloc\ndef test_on(): tracemalloc.start()\ndef test_later(): pass"
    done = run(source)
    assert done.verdict("test_later") == "not measured"
    assert "tracemalloc is on" in done.reason("test_later")


def test_without_the_plugin_the_option_is_unknown(run):
    done = run(PASSES, "--leakcheck", "-p", "no:leakcheck", leakcheck=False)
    assert done.status == 4
    assert "unrecognized arguments: --leakcheck" in done.err


def test_a_pytest_without_what_we_need(run, pytester):
    (pytester.path / "conftest.py").write_text(
        "from _pytest import runner\ndel runner.SetupState.teardown_exact\n"
    )
    done = run(PASSES)
    assert done.status == 4
    assert "it has no SetupState.teardown_exact" in done.err


def test_help_works_whatever_is_set(run, monkeypatch):
    monkeypatch.setenv("PYTHONMALLOC", "malloc")
    done = run(PASSES, "--help")
    assert done.status == 0
    done.result.stdout.fnmatch_lines(["*--leakcheck-max-time=SECONDS*"])
