# SPDX-License-Identifier: MIT
from __future__ import annotations

import json
from dataclasses import replace

import pytest

from leakcheck.explain.source import Sources
from leakcheck.model import Phase, Reading
from leakcheck.report.jsonfile import SCHEMA, dumps, from_dict, to_dict


@pytest.fixture
def result(project):
    made = project.leak(project.site(project.test_first, project.made))
    return replace(made, readings=(Reading(Phase.SCREEN, 3, 10, 2),))


def test_the_layout_is_basic_types_under_schema_3(result):
    data = to_dict(result)
    assert data["schema"] == SCHEMA == 3
    assert data["verdict"] == "leak"
    assert type(data["verdict"]) is str
    assert data["readings"] == [
        {
            "phase": "screen",
            "runs": 3,
            "blocks": 10,
            "raw": 2,
            "objects": None,
            "references": None,
            "counts": None,
            "probes": None,
        }
    ]
    assert data["sites"][0]["series"][-1] == 112


def test_statements_are_added_only_when_a_lookup_is_given(result):
    assert "statement" not in to_dict(result)["sites"][0]
    with_source = to_dict(result, source=Sources().text)
    assert with_source["sites"][0]["statement"] == "_CACHE[request_id] = bytes(1024)"
    assert from_dict(with_source) == result
    assert from_dict(to_dict(result, source=lambda _: None)) == result


def test_whole_numbers_are_read_where_fractions_may_stand(result):
    assert from_dict(to_dict(result) | {"rate": 1, "seconds": 2}).seconds == 2.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 4}, r"result\.schema is 4, this version reads 3; read it with"),
        ({"verdict": "bad"}, r"result\.verdict must be one of 'clean', 'leak', .* not 'bad'"),
        ({"reason": None}, r"result\.reason must be text, not null"),
        ({"rate": "1"}, r"result\.rate must be a number, not text"),
        ({"rate": float("nan")}, r"result\.rate must be a finite number, not nan"),
        ({"rate": 10**400}, r"result\.rate must be a finite number, not inf"),
        ({"judged": True}, r"result\.judged must be a whole number, not true or false"),
        ({"judged": 1.5}, r"result\.judged must be a whole number, not 1\.5"),
        ({"exact": 1}, r"result\.exact must be true or false, not 1"),
        ({"marks": {}}, r"result\.marks must be a list, not an object"),
        ({"marks": [0, "1"]}, r"result\.marks\[1\] must be a whole number, not text"),
        ({"sites": [3]}, r"result\.sites\[0\] must be an object, not 3"),
        ({"extra": 1}, r"result\.extra is not a known field"),
    ],
)
def test_a_wrong_field_is_named(result, change, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        from_dict(to_dict(result) | change)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: data.pop("seed"), r"result\.seed is missing"),
        (lambda data: data["readings"][0].pop("raw"), r"result\.readings\[0\]\.raw is missing"),
        (
            lambda data: data["sites"][0]["frames"][1].update(line="6"),
            r"result\.sites\[0\]\.frames\[1\]\.line must be a whole number, not text",
        ),
        (lambda data: data["sites"][0].update(frames=[]), r".*frames must not be empty"),
        (lambda data: data["sites"][0].update(statement=1), r".*statement must be text, not 1"),
    ],
)
def test_a_wrong_field_further_in_is_named_with_its_path(result, spoil, message):
    data = json.loads(dumps(result))
    spoil(data)
    with pytest.raises(ValueError, match=f"^{message}"):
        from_dict(data)


@pytest.mark.parametrize("data", [None, [], "x", {1: 2}])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(ValueError, match=r"^result must be an object"):
        from_dict(data)


def test_a_number_that_json_can_not_say_is_refused(result):
    with pytest.raises(ValueError, match="JSON compliant"):
        dumps(replace(result, rate=float("inf")))
