# SPDX-License-Identifier: MIT
"""Other plugins and libraries that a repeated run must take care of."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from leakcheck.pytest_plugin._private_doctest import Repeatable

HYPOTHESIS_SETTINGS: Final = "_hypothesis_internal_use_settings"

EXAMPLES: Final = 10
"""At most so many hypothesis examples in one repeated run."""

TIMEOUT_SHARE: Final = 0.5
"""Share of pytest-timeout's time that a check may use: its clock also runs while we repeat."""

_LOOKING: Final = (
    "pytest_runtest_makereport",
    "pytest_runtest_teardown",
    "pytest_fixture_post_finalizer",
)
"""Hooks that are called with a test, or its request, after its body."""

_INCURIOUS: Final = frozenset(
    {"_pytest", "leakcheck", "_hypothesis_pytestplugin", "pytest_cov", "pytest_randomly", "xdist"}
)
"""Who may implement one of them, and asks for nothing that is there only while a test is set up."""


def is_watched(item: pytest.Item) -> bool:
    """Somebody may ask, after the item's body, for what its fixtures made."""
    return any(
        (getattr(one.function, "__module__", None) or "").partition(".")[0] not in _INCURIOUS
        for name in _LOOKING
        for one in getattr(item.ihook, name).get_hookimpls()
    )


def uses_hypothesis(item: Repeatable) -> bool:
    """The item is a property test."""
    return bool(getattr(item.obj, "is_hypothesis_test", False))


@contextlib.contextmanager
def same_examples(item: Repeatable) -> Iterator[None]:
    """Let a property test draw the same few examples in each run, and write no database.

    Fresh random examples would grow hypothesis' own records and walk through new code each
    run. The settings are the test's own, put back afterwards; none of the user's is changed.
    """
    test = getattr(item.obj, "__func__", item.obj)
    usual = getattr(test, HYPOTHESIS_SETTINGS, None)
    if not uses_hypothesis(item) or usual is None:
        yield
        return
    from importlib import import_module

    hypothesis: Any = import_module("hypothesis")
    health = hypothesis.HealthCheck
    ours = hypothesis.settings(
        usual,
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=min(usual.max_examples, EXAMPLES),
        # Repeated runs of a TestCase method are on fresh instances.
        suppress_health_check=[
            *usual.suppress_health_check,
            *(
                h
                for h in (health.differing_executors, health.too_slow)
                if h not in usual.suppress_health_check
            ),
        ],
    )
    setattr(test, HYPOTHESIS_SETTINGS, ours)
    try:
        yield
    finally:
        setattr(test, HYPOTHESIS_SETTINGS, usual)


def timeout_of(item: pytest.Item) -> float | None:
    """Seconds that pytest-timeout gives the test, None without it."""
    if not item.config.pluginmanager.hasplugin("timeout"):
        return None
    mark = item.get_closest_marker("timeout")
    values: list[Any] = []
    if mark is not None:
        values = [*mark.args[:1], mark.kwargs.get("timeout")]
    values.append(item.config.getoption("timeout", None))
    with contextlib.suppress(KeyError, ValueError):
        values.append(item.config.getini("timeout"))
    for value in values:
        with contextlib.suppress(TypeError, ValueError):
            return float(value) or None
    return None


def not_again(item: pytest.Item) -> None:
    """Tell pytest-rerunfailures that the failure is none that comes and goes.

    What was seen in all runs of a check need not be seen in a second check, say for want of
    time, and the test would pass.
    """
    errors: Any = getattr(item, "_terminal_errors", None)
    if isinstance(errors, dict):
        errors["leakcheck"] = True


def by_timeout(error: BaseException) -> bool:
    """pytest-timeout's signal raised it."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "pytest_timeout":
            return True
        trace = trace.tb_next
    return False
