# SPDX-License-Identifier: MIT
"""Sessions in which nothing is measured, though leakcheck was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse

_OFF_WITH: Final = {
    "usepdb": "--pdb was given",
    "trace": "--trace was given",
    "setupplan": "--setup-plan was given",
    "setuponly": "--setup-only was given",
    "setupshow": "--setup-show was given",
    "collectonly": "--collect-only was given",
}
_RUNS_NOTHING: Final = ("showfixtures", "show_fixtures_per_test", "markers", "cacheshow", "version")
"""Options by which pytest only lists something, and asks for no session."""


def why_off(options: argparse.Namespace) -> str:
    """Empty, or what was given with which tests are not measured."""
    return next((why for name, why in _OFF_WITH.items() if getattr(options, name, False)), "")


def is_idle(options: argparse.Namespace) -> bool:
    """No test is measured in this session."""
    return bool(why_off(options)) or any(getattr(options, one, False) for one in _RUNS_NOTHING)
