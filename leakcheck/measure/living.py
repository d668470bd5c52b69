# SPDX-License-Identifier: MIT
"""Which objects of a type are alive, as far as the cycle collector knows them."""

from __future__ import annotations

from typing import Final

from leakcheck.measure.able import load_core
from leakcheck.measure.plain import is_a, qualified

_KNOWS: Final = 1 << 14
"""CPython's flag of types whose objects the cycle collector can know (Py_TPFLAGS_HAVE_GC)."""


def can_be_known(kind: type) -> bool:
    """Whether the collector can know an object that is of this very type."""
    return bool(type.__dict__["__flags__"].__get__(kind) & _KNOWS)


def living(kind: type) -> list[object]:
    """Objects of a type, its subclasses included; the newest last."""
    return [one for one in load_core().fresh(b"") if is_a(one, kind)]


def types() -> dict[str, list[type]]:
    """Each type that is alive by its name with its module; two may have the same."""
    found: dict[str, list[type]] = {}
    for one in load_core().fresh(b""):
        if is_a(one, type):
            found.setdefault(qualified(one), []).append(one)
    return found
