# SPDX-License-Identifier: MIT
"""`python -m leakcheck schema`: the JSON Schema of a session's file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from leakcheck.gate.schema import schema
from leakcheck.verbs.report import give

if TYPE_CHECKING:
    import argparse


def add(verbs: Any) -> None:
    """Declare the verb."""
    verbs.add_parser(
        "schema",
        help="the JSON Schema of what --leakcheck-json writes",
        description="Prints the JSON Schema (draft 2020-12) of what --leakcheck-json writes.",
    ).set_defaults(action=run)


def run(_options: argparse.Namespace) -> int:
    """The schema as it is committed in docs/schema."""
    give(text(), None)
    return 0


def text() -> str:
    """The schema, ending in a line feed."""
    return json.dumps(schema(), indent=1) + "\n"
