# SPDX-License-Identifier: MIT
"""Which tests are checked, and how hard: marker over command line over ini file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from leakcheck.config import Settings
from leakcheck.errors import UsageError
from leakcheck.probes.choosing import available, chosen
from leakcheck.probes.native import with_native
from leakcheck.pytest_plugin.idle import why_off
from leakcheck.pytest_plugin.native import HEARD, UNHEARD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from leakcheck.probe import Probe

MARKER: Final = "leakcheck"
EXCLUDED: Final = "no_leakcheck"
DECORATED: Final = "__leakcheck_settings__"
_MARKER_ARGUMENTS: Final = (
    *("rate", "max_time", "iterations", "probes", "strict", "known", "reason"),
)
SETTINGS: Final[Mapping[str, Callable[[str], object]]] = {
    "rate": float,
    "max_time": float,
    "iterations": int,
    "seed": int,
}
"""Settings that are one number each, and how one is read."""
_KINDS: Final = {float: "a number", int: "a whole number"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What one test asks for.

    Attributes:
        settings: how hard to look.
        strict: INCONCLUSIVE fails the test too.
        marked: the test itself asks for the check (marker or decorator).
        known: fingerprint of a leak that the test is known to show; empty for none.
        reason: why it is let be.
    """

    settings: Settings
    strict: bool
    marked: bool
    known: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line and the ini file ask for.

    Attributes:
        enabled: check every test, not only marked ones.
        values: what is set of the fields of Settings.
        strict: INCONCLUSIVE fails.
        confirm: measure each leak again in a fresh process.
        native: count native memory too.
        unheard: empty, or why native memory is not counted, though nobody asked to leave it out.
        off: empty, or why nothing can be measured in this session.
    """

    enabled: bool
    values: Mapping[str, Any]
    strict: bool
    confirm: bool
    native: bool
    unheard: str
    off: str

    @property
    def settings(self) -> Settings:
        """The settings of a test without a marker."""
        return Settings(**self.values)


def known_names(config: pytest.Config, probes: Sequence[Probe]) -> str:
    """The names of probes as one writes them on the command line, or "none".

    Without those that only a marker brings, which brings them again.
    """
    known = available(added_probes(config))
    return ",".join(one.name for one in probes if known.get(one.name) == one) or "none"


def is_asked_for(item: pytest.Item) -> bool:
    """The test itself asks for a check."""
    return MARKER in item.keywords or DECORATED in item.keywords


def read_wishes(config: pytest.Config) -> Wishes:
    """What the session's options say.

    Raises:
        pytest.UsageError: one of them can't be used.
    """
    values: dict[str, Any] = {}
    kinds: dict[str, Callable[[str], object]] = {
        **SETTINGS,
        "probes": lambda text: chosen(text, added_probes(config)),
    }
    for name, kind in kinds.items():
        value = _read(config, name, kind)
        if value is not None:
            values[name] = value
    values.setdefault("probes", chosen("default", added_probes(config)))
    every, strict, confirm = (
        bool(config.getoption(name) or _flag(config, name))
        for name in ("leakcheck", "leakcheck_strict", "leakcheck_confirm")
    )
    native = getattr(config, "workerinput", {}).get(HEARD, config.getoption(HEARD))
    return Wishes(
        enabled=every,
        values=values,
        strict=strict,
        # Not in the fresh process itself, whose ini file asks for it too.
        confirm=confirm and not config.getoption("leakcheck_result"),
        native=_flag(config, "leakcheck_native") if native is None else native,
        unheard=config.stash.get(UNHEARD, ""),
        off=why_off(config.option),
    )


def _read(config: pytest.Config, name: str, kind: Callable[[str], object]) -> object | None:
    """One setting from where it is set first; checked at once, so that the message says where."""
    option = f"--leakcheck-{name.replace('_', '-')}"
    given = config.getoption(f"leakcheck_{name}")
    if given is None:
        option = f"leakcheck_{name} in the ini file"
        given = _ini(config, f"leakcheck_{name}")
        if given is None or given == "":
            return None
    try:
        value = kind(given)
    except ValueError:
        wanted = _KINDS[kind]  # type: ignore[index]
        raise pytest.UsageError(f"{option} must be {wanted}, not {given!r}") from None
    except UsageError as error:
        raise pytest.UsageError(f"{option}: {error}") from None
    given_alone: dict[str, Any] = {name: value}
    try:
        Settings(**given_alone)
    except UsageError as error:
        raise pytest.UsageError(f"{option}: {error}") from None
    return value


def added_probes(config: pytest.Config) -> tuple[Probe, ...]:
    """The probes that plugins and conftest.py files bring.

    Raises:
        pytest.UsageError: one of them gave something else than a list of probes.
    """
    found: list[Probe] = []
    for given in config.hook.pytest_leakcheck_probes(config=config):
        if not isinstance(given, (list, tuple)):
            raise pytest.UsageError(
                f"pytest_leakcheck_probes must return a list of probes, not {given!r:.60}"
            )
        found += given
    return tuple(found)


def _ini(config: pytest.Config, name: str) -> Any:
    try:
        return config.getini(name)
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"{name} in the ini file can't be read: {error}") from None


def _flag(config: pytest.Config, name: str) -> bool:
    try:
        return bool(config.getini(name))
    except (ValueError, pytest.UsageError):
        raise pytest.UsageError(f"{name} in the ini file must be true or false") from None


def choose(item: pytest.Item, wishes: Wishes) -> Choice | None:
    """How the test is to be checked; None when it is not.

    Raises:
        pytest.UsageError: a marker's arguments can't be used; the message names the test.
    """
    marks = [m for m in item.iter_markers() if m.name in {MARKER, EXCLUDED}]
    for mark in marks:
        _check_arguments(item, mark)
    decorated = _decorated(item)
    marked = decorated is not None
    if marks:  # the closest of them decides
        if marks[0].name == EXCLUDED:
            return None
        marked = True
    if not (wishes.enabled or marked):
        return None
    values: dict[str, Any] = {**wishes.values, "strict": wishes.strict}
    for mark in reversed(marks):
        values |= mark.kwargs if mark.name == MARKER else {}
    values |= {
        name: value
        for name, value in (decorated or {}).items()
        if not marks or name not in marks[0].kwargs
    }
    strict = values.pop("strict")
    known, reason = _known(item, values)
    if not isinstance(strict, bool):
        raise pytest.UsageError(
            f"{item.nodeid}: leakcheck strict must be True or False, not {strict!r}"
        )
    try:
        if values["probes"] is not wishes.values["probes"]:  # A test's own.
            values["probes"] = chosen(values["probes"], added_probes(item.config))
        settings = with_native(Settings(**values)) if wishes.native else Settings(**values)
    except UsageError as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from None
    return Choice(settings, strict, marked, known, reason)


def _known(item: pytest.Item, values: dict[str, Any]) -> tuple[str, str]:
    """The known leak of a test and why it is let be, taken out of its marker's arguments."""
    known, reason = values.pop("known", ""), values.pop("reason", "")
    if not (isinstance(known, str) and (not known or known.startswith("LC-"))):
        raise pytest.UsageError(
            f"{item.nodeid}: leakcheck known must be a fingerprint such as 'LC-3f9a1c07be', which "
            f"the leak's report names, not {known!r}"
        )
    if bool(known) != bool(reason) or not isinstance(reason, str):
        raise pytest.UsageError(
            f"{item.nodeid}: leakcheck known and reason go together: say which leak is known, and "
            "why it is let be"
        )
    return known, reason


def _decorated(item: pytest.Item) -> Mapping[str, Any] | None:
    """The arguments of leakcheck's own decorator, None without it."""
    found = getattr(getattr(item, "obj", None), DECORATED, None)
    return found if isinstance(found, dict) else None


def _check_arguments(item: pytest.Item, mark: pytest.Mark) -> None:
    known = _MARKER_ARGUMENTS if mark.name == MARKER else ("reason",)
    shown = ", ".join(f"{name}=" for name in known)
    if mark.args:
        raise pytest.UsageError(
            f"{item.nodeid}: the marker {mark.name} takes keyword arguments only "
            f"({shown}), not {mark.args[0]!r}"
        )
    for name in mark.kwargs:
        if name not in known:
            raise pytest.UsageError(
                f"{item.nodeid}: the marker {mark.name} has no argument {name!r}; it has {shown}"
            )
