# SPDX-License-Identifier: MIT
"""The JSON Schema of a session's file, made from the records that it is made from.

The file is written and read by hand-written code; tests hold both against this schema.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from typing import Any, Final

from leakcheck.gate.session import Session
from leakcheck.gate.sessionfile import KIND
from leakcheck.gate.sessionfile import SCHEMA as SESSION_SCHEMA
from leakcheck.model import Result, Site
from leakcheck.report.jsonfile import SCHEMA as RESULT_SCHEMA

_PLAIN: Final = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    types.NoneType: {"type": "null"},
}
_FIRST: Final[dict[type, dict[str, Any]]] = {  # fields that are in the file and not in the record
    Session: {"kind": {"const": KIND}, "schema": {"const": SESSION_SCHEMA}},
    Result: {"schema": {"const": RESULT_SCHEMA}},
}
_NOT_WRITTEN: Final = {(Site, "statement")}


def schema() -> dict[str, Any]:
    """The schema of what `--leakcheck-json` writes, draft 2020-12."""
    named: dict[str, Any] = {}
    top = _record(Session, named)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A session of leakcheck, version {SESSION_SCHEMA}",
        **top,
        "$defs": dict(sorted(named.items())),
    }


def _record(kind: type, named: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    fields = {
        one.name: _of(hints[one.name], named)
        for one in dataclasses.fields(kind)
        if (kind, one.name) not in _NOT_WRITTEN
    }
    properties = {**_FIRST.get(kind, {}), **fields}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _of(hint: Any, named: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type; records are put into `named`."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of(one, named) for one in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _of(arguments[0], named)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1], named)}
    if issubclass(hint, enum.Enum):
        return {"enum": [str(one) for one in hint]}
    if hint.__name__ not in named:
        named[hint.__name__] = {}  # before its fields, which may name it
        named[hint.__name__] = _record(hint, named)
    return {"$ref": f"#/$defs/{hint.__name__}"}
