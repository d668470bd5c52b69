# SPDX-License-Identifier: MIT
"""The schema that is committed is the one of this version, and our files keep it."""

import json
from pathlib import Path

import pytest

from leakcheck.gate.schema import schema
from leakcheck.gate.sessionfile import dumps
from tests.unit.gate.test_sessionfile import FULL
from tests.unit.made_sessions import session

jsonschema = pytest.importorskip("jsonschema")
FILE = Path(__file__).parents[3] / "docs/schema/session-1.json"


def test_the_committed_schema_is_that_of_this_version():
    # python -m leakcheck schema > docs/schema/session-1.json
    assert json.loads(FILE.read_text(encoding="utf-8")) == schema()


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("made", [FULL, session()], ids=["full", "empty"])
def test_what_is_written_keeps_it(made):
    jsonschema.validate(json.loads(dumps(made)), schema())


def test_it_refuses_what_the_reader_refuses():
    data = json.loads(dumps(FULL))
    data["tests"][0]["result"]["verdict"] = "bad"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema())
