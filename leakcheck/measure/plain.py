# SPDX-License-Identifier: MIT
"""Reading objects without asking them: no attribute, comparison or text of a user's class runs.

An object may lie about its class, and raise whatever it is asked. What is read here comes from
the interpreter's own descriptors.
"""

from __future__ import annotations

import types
from gc import get_referents
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DICT: Final = type.__dict__["__dict__"]
_MRO: Final = type.__dict__["__mro__"]
_KEY_LENGTH: Final = 40


def is_a(one: object, kinds: type | tuple[type, ...]) -> bool:
    """isinstance() without asking the object itself."""
    return issubclass(type(one), kinds)


def order(kind: type) -> tuple[type, ...]:
    """A class and its bases, as attributes are looked up; none once the collector took it apart."""
    found: tuple[type, ...] | None = _MRO.__get__(kind)
    return found or ()


def namespace(kind: type) -> dict[str, Any]:
    """The dict of a class itself, not the view of it that the class shows."""
    found = get_referents(_DICT.__get__(kind))
    return found[0] if found and type(found[0]) is dict else {}


def entry(of: dict[Any, Any], name: str) -> Any:
    """The value at a plain string, without comparing keys that are none; None: there is none."""
    return next((value for key, value in items(of) if type(key) is str and key == name), None)


def items(of: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """The entries of a dict, also of one whose class says otherwise."""
    return iter(list(dict.items(of)))


def attributes(one: object) -> dict[str, Any] | None:
    """The dict of an object's attributes; None where it has none."""
    if is_a(one, types.ModuleType):
        values = types.ModuleType.__getattribute__(one, "__dict__")
        return values if type(values) is dict else None
    if is_a(one, type):
        return namespace(one)  # type: ignore[arg-type]
    for base in order(type(one)):
        getter = entry(namespace(base), "__dict__")
        if type(getter) is types.GetSetDescriptorType:
            values = getter.__get__(one)
            return values if is_a(values, dict) else None
    # Types of C may show their dict as a member instead (types.SimpleNamespace).
    return next((v for n, v in members(one) if n == "__dict__" and is_a(v, dict)), None)  # type: ignore[return-value]


def members(one: object) -> Iterator[tuple[str, object]]:
    """Slots of an object, and what a type of C shows as if it were: (name, value)."""
    for base in order(type(one)):
        for name, member in items(namespace(base)):
            if type(name) is str and type(member) is types.MemberDescriptorType:
                try:
                    value = member.__get__(one)
                except AttributeError:  # A slot that is empty.
                    continue
                yield name, value


def name_of(of: dict[Any, Any], value: object) -> str | None:
    """The plain string at which a namespace holds a value."""
    for key, one in items(of):
        if one is value and type(key) is str:
            return key[:_KEY_LENGTH]
    return None


def key_of(of: dict[Any, Any], value: object) -> str | None:
    """The key at which a dict holds a value, as one writes it; "..." where it is not plain."""
    for key, one in items(of):
        if one is value:
            if type(key) is str:
                return repr(key[:_KEY_LENGTH])
            return repr(key) if type(key) in {int, bool, type(None)} else "..."
    return None


def index_of(of: Iterable[object], value: object) -> int | None:
    """The place of a value in a sequence."""
    return next((place for place, one in enumerate(of) if one is value), None)


def qualified(kind: type) -> str:
    """A type's name with its module, without the one of built-in types."""
    module = module_of(kind)
    name = type.__dict__["__qualname__"].__get__(kind)
    return name if module in {"builtins", ""} else f"{module}.{name}"


def bare_name(kind: type) -> str:
    """A type's own name, also of one that is its own type and so shows no attribute of types."""
    name: str = type.__dict__["__name__"].__get__(kind)
    return name


def has_flag(kind: type, flag: int) -> bool:
    """Whether a type has one of the interpreter's flags."""
    return bool(type.__dict__["__flags__"].__get__(kind) & flag)


def module_of(kind: type) -> str:
    """The name of a type's module; empty where it is no plain string."""
    try:
        module = type.__dict__["__module__"].__get__(kind)
    except AttributeError:  # A type made without one, or with its entry deleted.
        return ""
    return module if type(module) is str else ""
