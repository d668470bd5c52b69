# SPDX-License-Identifier: MIT
"""Known leaks: the file, the marker and the ini file's rules in whole pytest runs."""

import re

import pytest

from leakcheck.cli import main
from leakcheck.gate.sessionfile import load

pytest_plugins = ["pytester"]

ONE = """
KEPT = []
def test_old():
    KEPT.append(bytearray(300))
"""
NEW = """
MORE = {}
def test_new(): MORE[len(MORE)] = object()
"""
JSON = "--leakcheck-json=r.json"
XDIST = ["xdist.plugin", "xdist.looponfail"]


@pytest.fixture
def baseline(pytester):
    """The verb, over the result of the last run."""

    def call(verb, *options):
        return main(["baseline", verb, str(pytester.path / "r.json"), *options])

    return call


def fingerprint(done):
    return re.search(r"LC-[0-9a-f]{10}", done.out)[0]


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])
def test_a_known_leak_is_shown_and_passes_and_a_new_one_fails(run, baseline, workers):
    plugins = XDIST if workers else ()
    first = run(ONE, JSON, *workers, plugins=plugins)
    assert first.status == 1
    baseline("update", "--reason=waits")
    known = run(ONE, JSON, *workers, plugins=plugins)
    assert known.status == 0
    known.result.stdout.fnmatch_lines(
        [
            f"KNOWN 1 leak in 1 test, let be: {fingerprint(first)}",
            "leakcheck: 1 with a leak that is let be",
        ]
    )
    both = run(ONE + NEW, JSON, *workers, plugins=plugins)
    assert both.status == 1
    both.result.assert_outcomes(passed=1, failed=1)
    (line,) = re.findall(r"^NEW LEAK.*", both.out, re.MULTILINE)
    assert "test_it.py::test_new" in line
    assert fingerprint(first) not in line


def test_a_known_leak_that_grows_more_is_worse_and_fails(run, baseline):
    run(ONE, JSON)
    baseline("update")
    more = ONE.replace("    KEPT", "    for _ in range(2):\n        KEPT")
    done = run(more, JSON)
    assert done.status == 1
    assert "WORSE (2 a run are known, 4 were measured) LEAK LC-" in done.out
    assert "\n  worse  2 a run are known, 4 were measured" in done.out


def test_a_fixed_leak_fails_only_under_strict_rules_until_it_is_pruned(run, baseline):
    run(ONE, JSON)
    baseline("update")
    fixed = "def test_old(): pass\n"
    assert run(fixed, JSON).status == 0
    strict = run(fixed, JSON, "--leakcheck-strict")
    assert strict.status == 1
    assert "FIXED 1 leak still listed in the baseline, which fails under" in strict.out
    assert baseline("prune") == 0
    assert run(fixed, "--leakcheck-strict").status == 0


def test_after_its_last_day_a_known_leak_fails(run, baseline):
    run(ONE, JSON)
    baseline("update", "--until=1999-01-31", "--owner=ann")
    done = run(ONE, JSON)
    assert done.status == 1
    assert "EXPIRED (it was let be until 1999-01-31 (ann)) LEAK" in done.out


def test_a_marker_lets_one_leak_of_one_test_be(run, pytester):
    name = fingerprint(run(ONE))
    mark = f"import pytest\n@pytest.mark.leakcheck(known='{name}', reason='waits')\n"
    known = ONE.replace("def test_old", f"{mark}def test_old")
    done = run(known, JSON)
    assert done.status == 0
    (one,) = load(pytester.path / "r.json").tests
    assert (one.standing, one.note, one.by_marker) == ("known", "waits", True)
    other = run(known.replace("KEPT.append(bytearray(300))", "KEPT.append([KEPT, 1])"))
    assert other.status == 1
    gone = run(known.replace("KEPT.append(bytearray(300))", "pass"))
    assert gone.status == 1
    assert f"the known leak {name} is gone: this test is clean; take known= out" in gone.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("known='LC-1'", "known and reason go together"),
        ("known='', reason='x'", "known and reason go together"),
        ("known='x', reason='x'", "known must be a fingerprint such as"),
        ("known=3, reason='x'", "known must be a fingerprint such as"),
    ],
)
def test_a_marker_that_says_half_is_refused(run, arguments, says):
    source = f"import pytest\n@pytest.mark.leakcheck({arguments})\ndef test_it(): pass\n"
    done = run(source, here=True)
    assert done.status == 4
    assert says in done.err


def test_a_rule_of_the_ini_file_lets_leaks_be_and_is_reported_when_unused(run):
    ini = """leakcheck_ignore =
    site test_it.py:test_old because it is a demo
    module nothing because it was there once
    """
    done = run(ONE, ini=ini)
    assert done.status == 0
    done.result.stdout.fnmatch_lines(
        [
            "SUPPRESSED 1 leak in 1 test, not wanted: LC-*",
            "UNUSED leakcheck_ignore: module nothing because it was there once",
        ]
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "line 1, column"), ('{"leakcheck-baseline": 2}', "is of version 2")],
)
def test_a_baseline_that_cannot_be_read_stops_the_session_at_its_start(run, pytester, text, says):
    (pytester.path / ".leakcheck-baseline.json").write_text(text)
    done = run(ONE, here=True)
    assert done.status == 4
    assert says in done.err


def test_wrong_rules_and_a_missing_file_that_was_named_stop_it_too(run):
    done = run(ONE, ini="leakcheck_ignore = app", here=True)
    assert (done.status, "write KIND PATTERN because REASON" in done.err) == (4, True)
    done = run(ONE, "--leakcheck-baseline=none.json", here=True)
    assert (done.status, "No such file" in done.err) == (4, True)


def test_a_baseline_elsewhere_is_named_by_option_or_ini(run, baseline, pytester):
    run(ONE, JSON)
    baseline("update", "--file", str(pytester.path / "known" / "x.json"))
    assert run(ONE, "--leakcheck-baseline=known/x.json").status == 0
    assert run(ONE, ini="leakcheck_baseline = known/x.json").status == 0


def test_an_expected_failure_counts_as_known(run, pytester):
    source = "import pytest\n" + ONE.replace("def test_old", "@pytest.mark.xfail\ndef test_old")
    done = run(source, JSON)
    assert done.status == 0
    (one,) = load(pytester.path / "r.json").tests
    assert (one.outcome, one.standing, one.note) == (
        "xfailed",
        "known",
        "the test is expected to fail",
    )


def test_a_known_leak_is_not_measured_again_in_a_fresh_process(run, baseline):
    run(ONE, JSON)
    baseline("update")
    done = run(ONE, JSON, "--leakcheck-confirm")
    assert done.status == 0
    assert done.result_of("test_old")["fresh"] == ""
