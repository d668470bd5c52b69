# SPDX-License-Identifier: MIT
"""Reading JSON objects field by field, with messages that say where and what."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, TypeGuard, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_Kind = TypeVar("_Kind", bound=StrEnum)


class Fields:
    """The fields of one JSON object, each taken once; `path` names it in messages."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
            raise ValueError(f"{path} must be an object, not {_kind(data)}")
        self.path = path
        self._left: dict[str, object] = dict(data)

    def names(self) -> tuple[str, ...]:
        """The fields that nobody took yet."""
        return tuple(self._left)

    def take(self, name: str) -> object:
        """The field, whatever it is."""
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
        """Text."""
        value = self.take(name)
        if not isinstance(value, str):
            raise self._wrong(name, "text", value)
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def integer(self, name: str) -> int:
        """A whole number."""
        value = self.take(name)
        if not _is_integer(value):
            raise self._wrong(name, "a whole number", value)
        return value

    def number(self, name: str) -> float:
        """A finite number."""
        value = self.take(name)
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
        """A whole number, or None."""
        return None if self._none(name) else self.integer(name)

    def optional_number(self, name: str) -> float | None:
        """A finite number, or None."""
        return None if self._none(name) else self.number(name)

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers."""
        found: list[int] = []
        for index, value in enumerate(self._list(name)):
            if not _is_integer(value):
                raise self._wrong(f"{name}[{index}]", "a whole number", value)
            found.append(value)
        return tuple(found)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        found: list[str] = []
        for index, value in enumerate(self._list(name)):
            if not isinstance(value, str):
                raise self._wrong(f"{name}[{index}]", "text", value)
            found.append(value)
        return tuple(found)

    def records(self, name: str) -> Iterable[Fields]:
        """A list of objects."""
        return [
            Fields(value, f"{self.path}.{name}[{index}]")
            for index, value in enumerate(self._list(name))
        ]

    def record(self, name: str) -> Fields:
        """A field that is an object itself."""
        return Fields(self.take(name), f"{self.path}.{name}")

    def present(self, name: str) -> bool:
        """False where the field is null, which is then taken."""
        return not self._none(name)

    def _list(self, name: str) -> Sequence[object]:
        value = self.take(name)
        if not isinstance(value, (list, tuple)):
            raise self._wrong(name, "a list", value)
        return value

    def _none(self, name: str) -> bool:
        """Take the field when it is null."""
        if name in self._left and self._left[name] is None:
            del self._left[name]
            return True
        return False


def choice(data: Fields, name: str, kind: type[_Kind]) -> _Kind:
    """The field as a member of `kind`."""
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
