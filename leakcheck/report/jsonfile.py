# SPDX-License-Identifier: MIT
"""A Result as JSON and back, so that a machine can read it or judge the series again."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard, TypeVar

from leakcheck.model import Frame, Phase, Reading, Result, Site, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCHEMA: Final = 1
"""Version of the layout."""

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
SourceLookup: TypeAlias = Callable[[Frame], str | None]

_Kind = TypeVar("_Kind", bound=StrEnum)


def to_dict(result: Result, *, source: SourceLookup | None = None) -> dict[str, Json]:
    """The result in basic types.

    Args:
        result: what a check found.
        source: gives the statement of a frame or None; with it every site also has a
            `statement`, that of its allocating frame.
    """
    return {
        "schema": SCHEMA,
        "verdict": str(result.verdict),
        "reason": result.reason,
        "rate": result.rate,
        "exact": result.exact,
        "bound": result.bound,
        "judged": result.judged,
        "runs": result.runs,
        "readings": [
            {"phase": str(one.phase), "runs": one.runs, "blocks": one.blocks, "raw": one.raw}
            for one in result.readings
        ],
        "marks": list(result.marks),
        "sites": [_site(site, source) for site in result.sites],
        "dropped": result.dropped,
        "seconds": result.seconds,
        "seed": result.seed,
    }


def dumps(result: Result, *, source: SourceLookup | None = None) -> str:
    """`to_dict` as indented JSON in ASCII.

    Raises:
        ValueError: a number of the result is not finite.
    """
    return json.dumps(to_dict(result, source=source), indent=2, allow_nan=False)


def from_dict(data: object) -> Result:
    """The result that `to_dict` was given; statements are not part of a Result.

    Raises:
        ValueError: a field is missing, unknown or of the wrong kind; the message names it.
    """
    top = _Fields(data, "result")
    schema = top.integer("schema")
    if schema != SCHEMA:
        raise ValueError(
            f"result.schema is {schema}, this version reads {SCHEMA}; "
            "read it with the leakcheck that wrote it"
        )
    result = Result(
        verdict=_choice(top, "verdict", Verdict),
        reason=top.text("reason"),
        rate=top.number("rate"),
        exact=top.flag("exact"),
        bound=top.optional_number("bound"),
        judged=top.integer("judged"),
        runs=top.integer("runs"),
        readings=tuple(_read_reading(one) for one in top.records("readings")),
        marks=top.integers("marks"),
        sites=tuple(_read_site(one) for one in top.records("sites")),
        dropped=top.integer("dropped"),
        seconds=top.number("seconds"),
        seed=top.integer("seed"),
    )
    top.done()
    return result


def _site(site: Site, source: SourceLookup | None) -> dict[str, Json]:
    fields: dict[str, Json] = {
        "frames": [_frame(frame) for frame in site.frames],
        "truncated": site.truncated,
        "blocks": site.blocks,
        "bytes": site.bytes,
        "series": list(site.series),
        "grows": site.grows,
        "exact": site.exact,
        "rate": site.rate,
    }
    if source is not None:
        fields["statement"] = source(site.leaf)
    return fields


def _frame(frame: Frame) -> dict[str, Json]:
    return {
        "file": frame.file,
        "function": frame.function,
        "line": frame.line,
        "end_line": frame.end_line,
        "column": frame.column,
        "end_column": frame.end_column,
    }


def _read_reading(data: _Fields) -> Reading:
    reading = Reading(
        phase=_choice(data, "phase", Phase),
        runs=data.integer("runs"),
        blocks=data.integer("blocks"),
        raw=data.integer("raw"),
    )
    data.done()
    return reading


def _read_site(data: _Fields) -> Site:
    frames = tuple(_read_frame(one) for one in data.records("frames"))
    if not frames:
        raise ValueError(f"{data.path}.frames must not be empty")
    site = Site(
        frames=frames,
        truncated=data.flag("truncated"),
        blocks=data.integer("blocks"),
        bytes=data.integer("bytes"),
        series=data.integers("series"),
        grows=data.flag("grows"),
        exact=data.flag("exact"),
        rate=data.number("rate"),
    )
    data.optional_text("statement")
    data.done()
    return site


def _read_frame(data: _Fields) -> Frame:
    frame = Frame(
        file=data.text("file"),
        function=data.text("function"),
        line=data.integer("line"),
        end_line=data.optional_integer("end_line"),
        column=data.optional_integer("column"),
        end_column=data.optional_integer("end_column"),
    )
    data.done()
    return frame


class _Fields:
    """The fields of one JSON object, each taken once; `path` names it in messages."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
            raise ValueError(f"{path} must be an object, not {_kind(data)}")
        self.path = path
        self._left: dict[str, object] = dict(data)

    def _take(self, name: str) -> object:
        try:
            return self._left.pop(name)
        except KeyError:
            raise ValueError(f"{self.path}.{name} is missing") from None

    def _wrong(self, name: str, wanted: str, value: object) -> ValueError:
        return ValueError(f"{self.path}.{name} must be {wanted}, not {_kind(value)}")

    def done(self) -> None:
        """Refuse what nobody took."""
        for name in self._left:
            raise ValueError(f"{self.path}.{name} is not a known field")

    def text(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str):
            raise self._wrong(name, "text", value)
        return value

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def integer(self, name: str) -> int:
        value = self._take(name)
        if not _is_integer(value):
            raise self._wrong(name, "a whole number", value)
        return value

    def number(self, name: str) -> float:
        value = self._take(name)
        if not (isinstance(value, float) or _is_integer(value)):
            raise self._wrong(name, "a number", value)
        try:
            result = float(value)
        except OverflowError:
            result = math.inf
        if not math.isfinite(result):
            raise ValueError(f"{self.path}.{name} must be a finite number, not {result}")
        return result

    def optional_text(self, name: str) -> str | None:
        """None also when the field is missing."""
        if self._left.get(name) is None:
            self._left.pop(name, None)
            return None
        return self.text(name)

    def optional_integer(self, name: str) -> int | None:
        return None if self._none(name) else self.integer(name)

    def optional_number(self, name: str) -> float | None:
        return None if self._none(name) else self.number(name)

    def integers(self, name: str) -> tuple[int, ...]:
        found: list[int] = []
        for index, value in enumerate(self._list(name)):
            if not _is_integer(value):
                raise self._wrong(f"{name}[{index}]", "a whole number", value)
            found.append(value)
        return tuple(found)

    def records(self, name: str) -> Iterable[_Fields]:
        return [
            _Fields(value, f"{self.path}.{name}[{index}]")
            for index, value in enumerate(self._list(name))
        ]

    def _list(self, name: str) -> Sequence[object]:
        value = self._take(name)
        if not isinstance(value, (list, tuple)):
            raise self._wrong(name, "a list", value)
        return value

    def _none(self, name: str) -> bool:
        """Take the field when it is null."""
        if name in self._left and self._left[name] is None:
            del self._left[name]
            return True
        return False


def _choice(data: _Fields, name: str, kind: type[_Kind]) -> _Kind:
    value = data.text(name)
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(repr(str(one)) for one in kind)
        raise ValueError(f"{data.path}.{name} must be one of {known}, not {value!r}") from None


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return {bool: "true or false", str: "text", dict: "an object", list: "a list"}.get(
        type(value), repr(value)[:40]
    )
