# SPDX-License-Identifier: MIT
"""A leak is an ordinary failure that names the line; verdicts are counted at the end."""

import os
import xml.etree.ElementTree as ET

pytest_plugins = ["pytester"]

LEAKS = """
KEPT = []
def keep():
    KEPT.append(bytearray(500))
def test_leaks():
    keep()
def test_clean():
    pass
"""


def test_the_line_the_letter_and_the_status(run):
    done = run(LEAKS, "-v")
    assert done.status == 1
    done.result.assert_outcomes(failed=1, passed=1)
    done.result.stdout.fnmatch_lines(
        [
            "test_it.py::test_leaks LEAKED*",
            "test_it.py::test_clean PASSED*",
            "LEAK  test_it.py::test_leaks*",
            "*KEPT.append(bytearray(500))*",
            "leakcheck: 1 leaking, 1 clean (at most 0.75 leaks a run, 95 %)",
        ]
    )
    short = done.out[done.out.index("short test summary info") :]
    assert "LEAKED test_it.py::test_leaks - leaks 2 blocks a run at test_it.py:3" in short


def test_a_leak_is_no_precedent_for_a_bounded_cache_after_it(run):
    # Both hold a dict of their own; what pytest keeps for each of them must not connect them.
    source = """
    import collections
    KEPT = []
    BOUNDED = collections.deque(maxlen=300)
    def test_leaks(): KEPT.append({"a": 1})
    def test_bounded(): BOUNDED.append({"b": 1})
    """
    done = run(source)
    assert (done.verdict("test_leaks"), done.verdict("test_bounded")) == ("leak", "clean")


def test_the_short_summary_points_at_the_project_where_it_can(run):
    source = """
    import itertools
    KEPT = {}
    NUMBERS = itertools.count()
    def test_leaks():
        KEPT[str(next(NUMBERS))] = {"a": 1}
    """
    done = run(source)
    (line,) = [line for line in done.out.splitlines() if line.startswith("LEAKED")]
    assert line.endswith(" blocks a run at test_it.py:5")


def test_one_block_is_not_called_blocks(run):
    done = run("KEPT = []\ndef test_leaks(): KEPT.append(object())", "--leakcheck-iterations=24")
    assert "test_leaks - leaks 1 block a run at test_it.py:2" in done.out


def test_no_traceback_of_ours_above_the_report(run):
    done = run(LEAKS)
    failure = done.out[done.out.index("= FAILURES =") :]
    assert failure.splitlines()[2].startswith("LEAK  test_it.py::test_leaks")
    assert "raise LeakDetected" not in done.out


def test_result_on_the_report(run):
    done = run(LEAKS)
    found = done.result_of("test_leaks")
    assert found["verdict"] == "leak"
    assert found["runs"] > found["judged"] > 0
    largest = max(found["sites"], key=lambda site: site["blocks"])
    assert largest["statement"].strip() == "KEPT.append(bytearray(500))"
    assert largest["frames"][-1]["line"] == 3
    assert done.result_of("test_clean")["bound"] == 0.75


def test_junit_has_the_report_without_colours(run, pytester):
    run(LEAKS, "--junitxml=junit.xml", "--color=yes", "--leakcheck-iterations=24")
    failures = list(ET.parse(pytester.path / "junit.xml").iter("failure"))
    assert len(failures) == 1
    assert "LEAK  test_it.py::test_leaks" in failures[0].text
    assert failures[0].get("message").startswith("leaks 2 blocks a run at test_it.py:3")
    assert "#x1B" not in failures[0].text


def test_colours_only_when_the_terminal_has_them(run):
    for when, coloured in (("yes", True), ("no", False)):
        done = run(LEAKS, f"--color={when}", "--leakcheck-iterations=24")
        verdict = next(line for line in done.out.splitlines() if "LEAK" in line and "N=" in line)
        assert ("\x1b[" in verdict) is coloured


def test_the_reproduce_command_repeats_the_settings(run):
    done = run(LEAKS, "--leakcheck-iterations=24", "--leakcheck-seed=3")
    command = "python -m pytest test_it.py::test_leaks --leakcheck"
    settings = "--leakcheck-iterations=24 --leakcheck-seed=3"
    done.result.stdout.fnmatch_lines([f"*reproduce*{command} {settings}"])


def test_the_reproduce_command_holds_where_pytest_was_started(run, pytester):
    rest = "--leakcheck-max-time=2.5 --leakcheck-iterations=12 --leakcheck-seed=12345678"
    folder = pytester.mkdir("elsewhere")
    pytester.makeini("[pytest]")
    file = pytester.makepyfile(LEAKS)
    os.chdir(folder)
    options = ("-p", "leakcheck.plugin", "--leakcheck", "--leakcheck-strict", *rest.split())
    done = pytester.runpytest_subprocess(f"--rootdir={pytester.path}", *options, file, timeout=120)
    done.stdout.fnmatch_lines(
        [f"*reproduce  python -m pytest ../{file.name}::test_leaks --leakcheck {rest} *-strict"]
    )


def test_all_clean_is_one_line(run):
    done = run("def test_a(): pass\ndef test_b(): pass", "-q")
    ours = [line for line in done.out.splitlines() if "leakcheck" in line]
    assert ours == ["leakcheck: 2 clean (at most 0.75 leaks a run, 95 %)"]


UNDECIDED = """
import itertools, time
NUMBERS = itertools.count()
KEPT = {}
def test_it():
    time.sleep(0.02)
    KEPT[next(NUMBERS)] = bytearray(9)
"""


def test_strict_fails_what_is_not_decided(run):
    loose = run(UNDECIDED, "--leakcheck-max-time=0.2")
    strict = run(UNDECIDED, "--leakcheck-max-time=0.2", "--leakcheck-strict")
    assert loose.verdict("test_it") == strict.verdict("test_it") == "inconclusive"
    loose.result.assert_outcomes(passed=1)
    loose.result.stdout.fnmatch_lines(["INCONCLUSIVE test_it.py::test_it: *"])
    strict.result.assert_outcomes(failed=1)
    strict.result.stdout.fnmatch_lines(["INCONCLUSIVE  test_it.py::test_it*"])
