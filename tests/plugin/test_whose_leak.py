# SPDX-License-Identifier: MIT
"""A leak is said once for all tests that share it, with whose it is and what holds it."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

SHARED = """
import pytest
class Bus:
    def __init__(self):
        self.handlers = []
BUS = Bus()
def subscribe():
    BUS.handlers.append(object())
@pytest.mark.parametrize("number", range(3))
def test_one(number):
    subscribe()
def test_two():
    subscribe()
"""

FIXTURE = """
import pytest
@pytest.fixture(scope="session")
def db():
    return {"rows": []}
def test_it(db):
    db["rows"].append([1])
"""

CACHES = """
import functools, itertools
NUMBERS = itertools.count()
@functools.cache
def parse(number):
    return [number]
@functools.lru_cache(50_000)
def bounded(number):
    return [number]
def test_unbounded():
    parse(next(NUMBERS))
def test_bounded():
    bounded(next(NUMBERS))
"""

IMPORTS = """
import contextlib, itertools, sys
NUMBERS = itertools.count()
def test_it(tmp_path):
    folder = tmp_path / f"folder{next(NUMBERS)}"
    folder.mkdir()
    sys.path.insert(0, str(folder))
    try:
        with contextlib.suppress(ImportError):
            __import__("a_module_that_is_nowhere")
    finally:
        del sys.path[0]
"""


def test_the_first_test_has_the_report_and_the_others_point_to_it(run):
    done = run(SHARED)
    done.result.assert_outcomes(failed=4)
    assert done.out.count("follows the runs exactly") == 1
    assert done.out.count("same leak  as in test_it.py::test_one[0]") == 3
    done.result.stdout.fnmatch_lines(
        [
            "LEAK LC-* same leak in 4 tests, first test_it.py::test_one?0?, 1 block a run there: test test_it.py",
            "  allocated at test_it.py:7*BUS.handlers.append(object())",
            "  held by test_it.BUS.handlers",
            "leakcheck: 4 leaking",
        ]
    )


def test_what_a_session_fixture_retains_is_said_as_such(run):
    done = run(FIXTURE)
    done.result.assert_outcomes(failed=1)
    done.result.stdout.fnmatch_lines(
        [
            "  whose      fixture `db` (session)",
            "  retained   by fixture `db` (session)?'rows'?: list, *",
            "  next       the tests share this fixture's value: undo in the test what it puts there, *",
        ]
    )


KINDS = {
    "list": ("return []", "db.append(object())", "", "list"),
    "dict": ("return {}", "db[len(db)] = object()", "", "dict"),
    "object": ("return Store()", "db.rows.append(object())", ".rows", "list"),
    "slots": ("return Slots()", "db.rows.append(object())", ".rows", "list"),
    "yield": ("yield Store()", "db.rows.append(object())", ".rows", "list"),
    "nested": ("return {'tables': [{}]}", "keep(db['tables'][0])", "['tables'][0]", "dict"),
}

SCOPES = ("session", "package", "module", "class")

RETAINING = """
import pytest

class Store:
    def __init__(self):
        self.rows = []

class Slots:
    __slots__ = ("rows",)
    def __init__(self):
        self.rows = []

def keep(table):
    table[len(table)] = object()
"""

OF_ONE_SCOPE = """
class TestSCOPE:
    @pytest.fixture(scope="SCOPE")
    def SCOPE_db(self):
        MADE

    @pytest.fixture
    def renewed(self, SCOPE_db):
        yield SCOPE_db

    @pytest.mark.leakcheck(iterations=24)
    def test_direct(self, SCOPE_db):
        db = SCOPE_db
        KEPT

    @pytest.mark.leakcheck(iterations=24)
    def test_by_a_fixture_of_its_own(self, renewed):
        db = renewed
        KEPT

    def test_reads(self, SCOPE_db):
        assert SCOPE_db
"""


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_wider_fixture_retains_is_said_in_the_report_and_in_the_summary(run, kind):
    made, kept, steps, grows = KINDS[kind]
    parts = [OF_ONE_SCOPE.replace("SCOPE", scope) for scope in SCOPES]
    source = RETAINING + "".join(parts).replace("MADE", made).replace("KEPT", kept)
    done = run(source)
    done.result.assert_outcomes(passed=len(SCOPES), failed=2 * len(SCOPES))
    lines = done.out.splitlines()
    for scope in SCOPES:
        assert done.verdict(f"Test{scope}::test_reads") == "clean"
        fixture = f"fixture `{scope}_db` ({scope})"
        assert lines.count(f"  whose      {fixture}") == 2
        start = f"  retained   by {fixture}{steps}: {grows}, "
        assert len([line for line in lines if line.startswith(start)]) == 2
        head = f" same leak in 2 tests, first test_it.py::Test{scope}::test_direct, "
        assert [line.endswith(f": {fixture}") for line in lines if head in line] == [True]
        assert lines.count(f"  retained by {fixture}{steps}") == 1


def test_what_an_autouse_fixture_retains_is_found_without_its_name_in_the_test(run):
    source = """
        import pytest
        class Log:
            def __init__(self): self.lines = []
        @pytest.fixture(scope="session", autouse=True)
        def log(): yield Log()
        @pytest.fixture(autouse=True)
        def logged(log): log.lines.append([1])
        def test_it(): pass
        """
    done = run(source)
    done.result.stdout.fnmatch_lines(
        ["  retained   by fixture `log` (session).lines: list, *", "  retained by fixture `log`*"]
    )


def test_what_a_fixture_asked_for_by_name_retains_is_said_too(run):
    source = """
        import pytest
        @pytest.fixture(scope="module")
        def pool(): return []
        def test_it(request):
            request.getfixturevalue("pool").append([1])
        """
    done = run(source)
    done.result.stdout.fnmatch_lines(["  retained   by fixture `pool` (module): list, *"])


def test_a_reference_without_a_block_fails_the_test(run):
    done = run("KEPT = []\ndef test_it():\n    KEPT.append(None)\n")
    assert done.verdict("test_it") == "leak"
    done.result.stdout.fnmatch_lines(
        ["LEAK  test_it.py::test_it  +1 reference/run*", "  held by    test_it.KEPT: list, *"]
    )


def test_a_cache_with_a_limit_passes_and_one_without_fails(run):
    done = run(CACHES)
    assert done.verdict("test_unbounded") == "unbounded cache"
    assert done.verdict("test_bounded") == "cache"
    done.result.assert_outcomes(failed=1, passed=1)
    done.result.stdout.fnmatch_lines(
        [
            "UNBOUNDED CACHE LC-* test_it.py::test_unbounded, *",
            "  held by functools.lru_cache of test_it.parse",
            "leakcheck: 1 leaking, 1 filling a bounded cache",
        ]
    )


def test_a_known_leak_of_the_interpreter_is_shown_and_fails_nothing(run):
    done = run(IMPORTS)
    assert done.verdict("test_it") == "unbounded cache"
    assert done.status == 0
    done.result.assert_outcomes(passed=1)
    done.result.stdout.fnmatch_lines(
        [
            "KNOWN test_it.py::test_it, *: CPython keeps an entry in sys.path_importer_cache*",
            "leakcheck: 1 with a known leak of the interpreter (not failed)",
        ]
    )


NATIVE = """
import ctypes
class Buffer:
    pass
def test_it():
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(Buffer()))
"""

CHAIN = """
class Node:
    def __init__(self, following):
        self.following = following
class Log:
    last = None
def test_it():
    Log.last = Node(Log.last)
"""


def test_the_growth_of_what_holds_is_said(run):
    done = run(SHARED)
    done.result.stdout.fnmatch_lines(["  held by    test_it.BUS.handlers: list, +1 a run, *"])


def test_references_of_native_code_are_said(run):
    done = run(NATIVE)
    assert done.verdict("test_it") == "leak"
    done.result.stdout.fnmatch_lines(
        ["  native     1 reference to each of * test_it.Buffer held by native code: *Py_DECREF?"]
    )


def test_a_chain_without_a_container_is_held_by_its_first_link(run):
    done = run(CHAIN)
    assert done.verdict("test_it") == "leak"
    done.result.stdout.fnmatch_lines(["  held by    test_it.Log.last*: * test_it.Node in * runs"])
    assert "native code" not in done.out
