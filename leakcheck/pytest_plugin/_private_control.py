# SPDX-License-Identifier: MIT
# ruff: noqa: SLF001 - private names are what this file is for
"""An empty test that can be set up beside a real one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from leakcheck.pytest_plugin._private_doctest import Repeatable


def nothing() -> None:
    """The body of the empty test."""


def empty_beside(item: Repeatable) -> pytest.Function:
    """A test of the same class or module that does nothing and asks for no fixture.

    Not even for those that are used automatically: what they keep is the program's.
    """
    info: Any = dataclasses.replace(
        item._fixtureinfo, argnames=(), initialnames=(), names_closure=[], name2fixturedefs={}
    )
    made: Any = pytest.Function.from_parent(
        item.parent, name="leakcheck's empty test", callobj=nothing, fixtureinfo=info
    )
    return made  # type: ignore[no-any-return]
