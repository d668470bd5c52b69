# SPDX-License-Identifier: MIT
"""Tests that can't be repeated, whatever the settings are."""

from __future__ import annotations

import inspect
import unittest
from typing import TYPE_CHECKING

import pytest

from leakcheck.pytest_plugin._private import missing_in

if TYPE_CHECKING:
    from leakcheck.pytest_plugin._private_doctest import Repeatable


def obstacle(item: Repeatable) -> str:
    """Empty, or why this test can't be measured however much time there is."""
    gone = missing_in(item)
    if gone:
        return f"this pytest ({pytest.__version__}) has no {gone}"
    if isinstance(item, pytest.Function) and _body_never_runs(item):
        return (
            "unittest.TestCase never runs an async def or a generator; "
            "derive from IsolatedAsyncioTestCase, or write a plain method"
        )
    return ""


def _body_never_runs(item: pytest.Function) -> bool:
    """A TestCase without an event loop drops the coroutine or generator that its method makes."""
    case = item.cls
    if case is None or not issubclass(case, unittest.TestCase):
        return False
    for name in ("run", "_callTestMethod"):  # a case that awaits has its own of one of them
        if getattr(case, name, None) is not getattr(unittest.TestCase, name, None):
            return False
    body = inspect.unwrap(item.obj)
    kinds = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    return any(is_kind(body) for is_kind in kinds)
