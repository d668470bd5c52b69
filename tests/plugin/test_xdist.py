# SPDX-License-Identifier: MIT
"""Under pytest-xdist the controller says the same, from the reports that workers send."""

import xml.etree.ElementTree as ET

import pytest

pytest.importorskip("xdist")
pytest_plugins = ["pytester"]

SOURCE = """
import pytest
KEPT = []
RUNS = []
def test_clean(): pass
def test_leaks(): KEPT.append(bytearray(300))
def test_once():
    RUNS.append(1)
    assert len(RUNS) == 1
"""


def test_results_reach_the_controller(run):
    done = run(SOURCE, "-n2", "-v", plugins=["xdist.plugin", "xdist.looponfail"])
    assert done.status == 1
    done.result.assert_outcomes(passed=2, failed=1)
    assert {k.partition("::")[2]: v["verdict"] for k, v in done.found.items()} == {
        "test_clean": "clean",
        "test_leaks": "leak",
        "test_once": "not measured",
    }
    done.result.stdout.fnmatch_lines(
        [
            "*LEAKED*test_it.py::test_leaks*",
            "LEAK  test_it.py::test_leaks*",
            "*KEPT.append(bytearray(300))*",
            "NOT MEASURED test_it.py::test_once: fails when repeated*",
            "leakcheck: 1 leaking, 1 clean (at most 0.75 leaks a run, 95 %), 1 not measured",
        ]
    )


def test_the_short_summary_and_junit_point_at_the_line(run, pytester):
    plugins = ["xdist.plugin", "xdist.looponfail"]
    done = run(SOURCE, "-n1", "--junitxml=junit.xml", plugins=plugins)
    line = "leaks 2 blocks a run at test_it.py:5"
    assert f"LEAKED test_it.py::test_leaks - {line}" in done.out
    (failure,) = ET.parse(pytester.path / "junit.xml").iter("failure")
    assert failure.get("message").startswith(line)
    assert failure.text.startswith("LEAK  test_it.py::test_leaks")


def test_a_marked_test_is_summed_up_without_the_option(run):
    source = "import pytest\n@pytest.mark.leakcheck\ndef test_it(): pass\n"
    done = run(source, "-n1", flag=False, plugins=["xdist.plugin", "xdist.looponfail"])
    assert done.status == 0
    done.result.stdout.fnmatch_lines(["leakcheck: 1 clean*"])


def test_nothing_measured_is_not_green(run):
    source = "RUNS = []\ndef test_it():\n    RUNS.append(1)\n    assert len(RUNS) == 1\n"
    done = run(source, "-n1", plugins=["xdist.plugin", "xdist.looponfail"])
    assert done.status == 5


def test_a_wrong_marker_ends_with_its_sentence(run):
    source = "import pytest\n@pytest.mark.leakcheck(rat=1)\ndef test_it(): pass\n"
    done = run(source, "-n2", plugins=["xdist.plugin", "xdist.looponfail"])
    assert done.status == 1
    done.result.assert_outcomes(errors=1)
    assert "the marker leakcheck has no argument 'rat'" in done.out + done.err
    assert done.found == {}


def test_a_wrong_option_ends_at_once(run):
    options = ("-n2", "--leakcheck-rate=7")
    done = run("def test_it(): pass", *options, plugins=["xdist.plugin", "xdist.looponfail"])
    assert done.status == 4
    assert "rate must be over 0" in done.err
