# SPDX-License-Identifier: MIT
"""GitLab, JUnit and speedscope."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from leakcheck.forms.gitlab import gitlab
from leakcheck.forms.junit import junit
from leakcheck.forms.speedscope import speedscope
from leakcheck.gate.session import Outcome, Standing
from leakcheck.model import Frame
from tests.unit.forms.hostile import HOSTILE
from tests.unit.made_sessions import case, clean, leak, session

FULL = session(
    case("tests/t.py::x", leak()),
    case("tests/t.py::y", leak(), standing=Standing.KNOWN),
    case("tests/t.py::k", leak("LC-00000000bb"), standing=Standing.KNOWN, note="old"),
    case("tests/t.py::fine", clean()),
    case("tests/t.py::s", None, outcome=Outcome.SKIPPED, why="it was skipped"),
    case("tests/t.py::e", None, outcome=Outcome.ERROR, why="its set-up failed"),
    case("tests/t.py::f", None, outcome=Outcome.FAILED, why="it failed by itself"),
)


def test_gitlab_gets_an_issue_for_each_leak_and_no_fingerprint_twice():
    issues = json.loads(gitlab(FULL, "sub"))
    assert [(one["fingerprint"], one["severity"]) for one in issues] == [
        ("LC-00000000aa", "major"),
        ("LC-00000000bb", "info"),
    ]
    assert issues[0]["check_name"] == "leakcheck/leak"
    assert issues[0]["location"] == {"path": "sub/app/bus.py", "lines": {"begin": 41}}


def test_junit_has_each_test_with_properties_and_only_what_fails_as_failure():
    suite = ET.fromstring(junit(FULL))[0]
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }
    first = suite[0]
    assert (first.get("classname"), first.get("name")) == ("tests.t", "x")
    found = {one.get("name"): one.get("value") for one in first.iter("property")}
    assert found["leakcheck.fingerprint"] == "LC-00000000aa"
    assert found["leakcheck.rate"] == "2 blocks a run"
    assert first.find("failure").get("message") == "leaks 2 blocks a run"
    assert suite[2].find("failure") is None


def test_speedscope_gets_a_profile_for_each_leak_without_the_harness():
    data = json.loads(speedscope(FULL))
    assert [one["name"] for one in data["profiles"]] == [
        "LC-00000000aa tests/t.py::x",
        "LC-00000000bb tests/t.py::k",
    ]
    (first, _) = data["profiles"]
    assert (first["samples"], first["weights"], first["endValue"]) == ([[0, 1]], [224], 224)
    assert [one["name"] for one in data["shared"]["frames"]] == ["test_publish", "subscribe"]


def test_speedscope_keeps_a_stack_of_the_harness_alone():
    (site,) = leak().sites
    harness = Frame("/v/lib/python3.13/site-packages/_pytest/python.py", "call", 3)
    made = replace(leak(), sites=(replace(site, frames=(harness,)),))
    data = json.loads(speedscope(session(case("t.py::x", made))))
    assert data["profiles"][0]["samples"] == [[0]]


@pytest.mark.parametrize("form", [gitlab, speedscope])
def test_untrusted_text_leaves_json_json(form):
    assert json.loads(form(HOSTILE).encode("utf-8"))


def test_untrusted_text_leaves_xml_xml():
    root = ET.fromstring(junit(HOSTILE).encode("utf-8"))
    assert len(list(root.iter("testcase"))) == 3
    assert list(root.iter("script")) == []
