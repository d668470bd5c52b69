# SPDX-License-Identifier: MIT
"""Every name of pytest that is not public and that measuring needs, with its reason.

Supported are pytest 8.3 to 9.2. `missing()` looks for each name at start-up; when one is gone,
measuring is refused with a sentence, because a loop that does not set a test up as pytest does
would invent leaks or hide them.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import pytest
from _pytest import fixtures, runner, tmpdir
from _pytest import unittest as unittest_plugin
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest.fixtures import FixtureDef
from _pytest.logging import caplog_records_key
from _pytest.outcomes import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _pytest._io import TerminalWriter


try:
    from _pytest.subtests import failed_subtests_key as _FAILED_SUBTESTS  # noqa: N812
except ImportError:  # before pytest 9
    _FAILED_SUBTESTS: Any = None  # type: ignore[no-redef]

_NAMES: Final = (
    (runner.SetupState, ("setup", "teardown_exact", "addfinalizer")),
    (
        pytest.Function,
        ("_initrequest", "_getinstance", "_getobj", "runtest", "add_report_section"),
    ),
    (FixtureDef, ("finish", "execute")),
    (tmpdir, ("tmppath_result_key",)),
    (tmpdir.TempPathFactory, ("getbasetemp",)),
    (unittest_plugin, ("TestCaseFunction",)),
    (pytest.DoctestItem, ("_initrequest", "runtest")),
)


def missing() -> str:
    """Empty, or the name that this pytest no longer has."""
    for owner, names in _NAMES:
        for name in names:
            if not hasattr(owner, name):
                return f"{getattr(owner, '__name__', owner)}.{name}"
    return ""


def missing_in(item: pytest.Item) -> str:
    """Empty, or the attribute that an item of this pytest no longer has."""
    if not hasattr(item.session, "_setupstate"):
        return "Session._setupstate"
    names = ("_request", "_report_sections")
    for name in (*names, "dtest") if isinstance(item, pytest.DoctestItem) else names:
        if not hasattr(item, name):
            return f"{type(item).__name__}.{name}"
    request: Any = getattr(item, "_request", None)
    if not hasattr(request, "_fixture_defs"):
        return "FixtureRequest._fixture_defs"
    return ""


def unittest_trouble(item: pytest.Item) -> BaseException | None:
    """What a TestCase method raised; pytest notes it on the item instead of raising it."""
    noted = getattr(item, "_excinfo", None)
    return noted[0].value if noted else None


def forget_unittest_trouble(item: pytest.Item) -> None:
    """Drop what repeated runs left for the item's report."""
    noted = getattr(item, "_excinfo", None)
    if noted:
        noted.clear()


class _Sibling:
    """What the tear-down is told comes next: something that is none of the item's, beside it."""

    def __init__(self, item: pytest.Item) -> None:
        self._chain = [*(item.parent.listchain() if item.parent is not None else ()), self]

    def listchain(self) -> list[object]:
        """What has to stay set up for it, and itself."""
        return self._chain


class Cycle:
    """Sets one item up, runs it and tears it down, as often as one likes.

    Only what belongs to the function scope is renewed: the tear-down is told that a sibling of the
    item comes next, so class, module and session stay as they are.
    """

    def __init__(self, item: Any, *, keep_instance: bool) -> None:
        self._item = item
        self._state = item.session._setupstate
        self._successor = _Sibling(item)
        # The tear-down of a TestCase deletes its instance, so there is none to keep.
        self._renew = getattr(item, "cls", None) is not None and (
            not keep_instance or isinstance(item, unittest_plugin.TestCaseFunction)
        )
        # tmp_path's tear-down reads this; otherwise only a report would set it.
        self._has_tmp_path = "tmp_path" in item._request._fixture_defs

    def up(self) -> None:
        """Set the item up with fresh function-scoped fixtures and a fresh instance."""
        item = self._item
        item._initrequest()
        if self._has_tmp_path:
            item.stash[tmpdir.tmppath_result_key] = {}
        if self._renew:
            self._renew_instance()
        self._state.setup(item)

    def call(self) -> None:
        """Run the test's body."""
        item = self._item
        item.runtest()
        trouble = unittest_trouble(item)
        if trouble is not None:
            raise trouble

    def down(self) -> None:
        """Tear the item's function scope down and let go of what it held."""
        try:
            self._state.teardown_exact(self._successor)
        finally:
            self._item._request = False
            self._item.funcargs = None

    def rest(self) -> None:
        """Leave an item that is set up again as its own run had left it."""

    def blank(self) -> None:
        """Leave an item that is not set up in a state that reports can be made of."""
        self._item._initrequest()

    def settle_instance(self) -> None:
        """Leave the instance of the item's class as each run leaves it.

        A TestCase is gone after its tear-down, unless somebody asked for it since. The instance
        of another class stays until the next run, but before the first one the items of a function
        with parameters have one in common.
        """
        if isinstance(self._item, unittest_plugin.TestCaseFunction):
            self._item.__dict__.pop("_instance", None)
            self._item._obj = None
        elif self._renew:
            self._renew_instance()

    def _renew_instance(self) -> None:
        # Function makes both once for its life. They are put in place of the old ones: an
        # attribute that goes and comes lets the dictionary of the item grow and shrink.
        self._item._instance = self._item._getinstance()
        self._item._obj = self._item._getobj()

    @property
    def is_up(self) -> bool:
        """The item is on pytest's stack of what is set up."""
        return self._item in self._state.stack


@contextlib.contextmanager
def known_request_signature() -> Iterator[None]:
    """Spare pytest 9's look at the signature of what stands for `request`, which has no arguments.

    It looks whenever a fixture asks for `request`, which parametrized tests and methods of a
    TestCase do by themselves.
    """
    module: Any = fixtures
    definition = getattr(module, "RequestFixtureDef", None)  # of pytest 9
    usual = getattr(module, "getfuncargnames", None)
    if definition is None or usual is None:
        yield
        return
    inner = [c for c in definition.__init__.__code__.co_consts if hasattr(c, "co_argcount")]

    def names(function: Any, **kwargs: Any) -> Any:
        if getattr(function, "__code__", None) in inner and not function.__code__.co_argcount:
            return ()
        return usual(function, **kwargs)

    module.getfuncargnames = names
    try:
        yield
    finally:
        module.getfuncargnames = usual


@contextlib.contextmanager
def known_hooks(item: pytest.Item) -> Iterator[None]:
    """Let the hooks that count for a folder be worked out once, before the first run.

    Each node asks for them by its path whenever it calls a hook, several times a fixture. Where
    folders have a conftest.py of their own, each answer is a new copy of the hooks.
    """
    anyone: Any = item.session
    usual = anyone.gethookproxy
    known = {node.path: usual(node.path) for node in item.listchain()}

    def gethookproxy(path: Any) -> Any:
        found = known.get(path)
        if found is None:
            found = known[path] = usual(path)
        return found

    anyone.gethookproxy = gethookproxy
    try:
        yield
    finally:
        del anyone.gethookproxy


@contextlib.contextmanager
def diverted_reports(config: pytest.Config, receive: Callable[[Any], object]) -> Iterator[None]:
    """Give reports that are logged meanwhile (of subtests) to `receive` and to nobody else.

    Not by a hook of ours, because a hook cannot keep the others from being called; and not by
    replacing the hook, because a folder with its own conftest.py calls a copy of it.
    """
    caller: Any = config.hook.pytest_runtest_logreport
    usual = caller._hookexec

    def divert(_name: str, _impls: object, kwargs: dict[str, Any], _first: object) -> list[Any]:
        receive(kwargs["report"])
        return []

    caller._hookexec = divert
    try:
        yield
    finally:
        caller._hookexec = usual


def forget_failed_subtests(item: pytest.Item) -> None:
    """Undo what repeated runs added to pytest 9's count of failed subtests.

    The count fails the test when it is reported. A test with a failed subtest of its own is
    never repeated, so there is nothing else to keep.
    """
    key_of_counts: Any = _FAILED_SUBTESTS
    counts = item.config.stash.get(key_of_counts, None) if key_of_counts is not None else None
    if counts:
        for key in (item.nodeid, getattr(item, "id", None)):  # the latter since pytest 9.2
            counts.pop(key, None)


def terminal_line(config: pytest.Config) -> str:
    """What stands on the terminal's current line."""
    line = getattr(config.get_terminal_writer(), "_current_line", "")
    return line if isinstance(line, str) else ""


def terminal_file(config: pytest.Config) -> Any:
    """The stream that the terminal report is written to."""
    return getattr(config.get_terminal_writer(), "_file", None)


class FindingRepr(TerminalRepr):
    """A failure's text with the place to point at: the leaking line, not a line of ours."""

    def __init__(self, plain: str, paint: Callable[[bool], str], summary: str, where: Any) -> None:
        self._plain = plain
        self._paint = paint
        file, line = where
        # The short summary and annotating plugins read this.
        self.reprcrash = ReprFileLocation(file, line, summary)

    @classmethod
    def again(cls, plain: str, crash: list[Any]) -> FindingRepr:
        """What it was before it went to another process, which keeps nothing but its text."""
        file, line, summary = crash
        return cls(plain, lambda _: plain, summary, (file, line))

    @property
    def crash(self) -> list[Any]:
        """What `again` needs besides the text, in basic types."""
        return [self.reprcrash.path, self.reprcrash.lineno, self.reprcrash.message]

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write the report, coloured when the terminal is."""
        tw.line(self._paint(tw.hasmarkup))

    def __str__(self) -> str:
        """The report without colours."""
        return self._plain


# pytest.fail.Exception by its own name, which a type checker can follow.
Failure = Failed

CAPLOG_RECORDS: Final[Any] = caplog_records_key
