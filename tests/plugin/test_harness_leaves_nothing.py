# SPDX-License-Identifier: MIT
"""What pytest keeps of a run is none of the test's, and what the test keeps is still found.

In each file below, tests named `clean` must not grow from the first traced run to the last, and
tests named `leaks` must fail as leaks.
"""

import pytest

pytest_plugins = ["pytester"]

CAPTURE = """
import logging, os, sys, pytest

def test_clean_capsys(capsys):
    print("out")
    with capsys.disabled():
        pass
    assert capsys.readouterr().out == "out\\n"
    print("nobody reads this")

def test_clean_capsysbinary(capsysbinary):
    print("out")
    assert capsysbinary.readouterr().out == b"out\\n"

def test_clean_capfd(capfd):
    os.write(1, b"raw")
    assert capfd.readouterr().out == "raw"
    os.write(2, b"nobody reads this")

def test_clean_capfdbinary(capfdbinary):
    os.write(2, b"raw")
    assert capfdbinary.readouterr().err == b"raw"

def test_clean_caplog(caplog):
    caplog.set_level(logging.DEBUG, logger="one")
    with caplog.at_level(logging.INFO, "two"), caplog.filtering(lambda record: True):
        logging.getLogger("one").debug("cleared")
    caplog.clear()
    logging.getLogger("one").debug("kept until the end")
    assert caplog.messages == ["kept until the end"]

def test_clean_properties(record_property, record_testsuite_property):
    record_property("name", "value")
    record_testsuite_property("name", "value")

KEPT = []

@pytest.mark.leakcheck(iterations=24)
def test_leaks_captured(capsys):
    print("out")
    KEPT.append(capsys.readouterr())

@pytest.mark.leakcheck(iterations=24)
def test_leaks_records(caplog):
    logging.getLogger("one").warning("kept")
    KEPT.extend(caplog.records)

@pytest.mark.leakcheck(iterations=24)
def test_leaks_properties(record_property):
    record_property("name", "value")
    KEPT.append(object())
"""

FOLDERS = """
import os, warnings
import pytest

def test_clean_tmp_path(tmp_path, tmp_path_factory):
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("text")
    (tmp_path_factory.mktemp("more") / "file").write_text("text")

def test_clean_tmpdir(tmpdir, tmpdir_factory):
    tmpdir.join("file").write("text")
    tmpdir_factory.mktemp("more").join("file").write("text")

def test_clean_monkeypatch(monkeypatch):
    monkeypatch.setattr(os, "altsep", "|")
    monkeypatch.setenv("LEAKCHECK_TRIED", "yes")
    monkeypatch.delenv("PATH", raising=False)
    monkeypatch.setitem(os.environ, "LEAKCHECK_TRIED", "no")
    with monkeypatch.context() as inner:
        inner.setattr(os, "altsep", "/")

def test_clean_recwarn(recwarn):
    warnings.warn("once a run")
    assert recwarn.pop(UserWarning)
    assert not recwarn.list

def test_clean_warns():
    with pytest.warns(DeprecationWarning, match="old"):
        warnings.warn("old", DeprecationWarning)
    with pytest.deprecated_call():
        warnings.warn("old", DeprecationWarning)

def test_clean_warnings():
    warnings.warn("shown by pytest")
    warnings.warn("shown by pytest", DeprecationWarning, stacklevel=2)

@pytest.mark.filterwarnings("ignore:not shown")
def test_clean_filtered():
    warnings.warn("not shown")

KEPT = []

@pytest.mark.leakcheck(iterations=24)
def test_leaks_path(tmp_path):
    KEPT.append(tmp_path)

@pytest.mark.leakcheck(iterations=24)
def test_leaks_warning(recwarn):
    warnings.warn("kept")
    KEPT.append(recwarn.pop())

@pytest.mark.leakcheck(iterations=24)
def test_leaks_variable(monkeypatch):
    monkeypatch.setenv("LEAKCHECK_TRIED", "yes")
    os.environ[f"LEAKCHECK_{len(os.environ)}"] = "1"
"""

SCOPES = """
import pytest

@pytest.fixture(scope="session")
def session(): yield object()

@pytest.fixture(scope="package")
def package(session): yield object()

@pytest.fixture(scope="module")
def module(package, request):
    request.addfinalizer(lambda: None)
    return []

@pytest.fixture(scope="module", params=[1, 2])
def numbered(request, session): yield request.param

@pytest.fixture(scope="class")
def for_class(module): yield object()

@pytest.fixture
def function(session, package, module, for_class, request):
    request.addfinalizer(lambda: None)
    yield object()

@pytest.fixture
def nested(function, tmp_path_factory): yield object()

@pytest.fixture(scope="module")
def late(session): yield object()

@pytest.fixture
def late_function(late): yield object()

# Outside a class, a class-scoped fixture lives as long as the function.
def test_clean_all_scopes(nested, function): pass

def test_clean_parametrized(numbered, function): pass

def test_clean_finalizers(request):
    request.addfinalizer(lambda: None)
    request.node.addfinalizer(lambda: None)

def test_clean_asked_by_name(request):
    for name in ("nested", "tmp_path", "late_function"):
        assert request.getfixturevalue(name)

class TestLikeDatabase:
    rows = []

    @pytest.fixture(autouse=True, scope="class")
    def connection(self, request, module):
        request.cls.opened = True
        yield
        request.cls.opened = False

    @pytest.fixture(autouse=True)
    def transaction(self, connection):
        savepoint = list(self.rows)
        yield
        self.rows[:] = savepoint

    def setup_method(self): self.mine = [1]

    def teardown_method(self): del self.mine

    def test_clean_rolled_back(self):
        assert self.opened
        self.rows.append(object())

    @pytest.mark.leakcheck(iterations=24)
    def test_leaks_past_the_transaction(self, module):
        module.append(object())

KEPT = []

@pytest.mark.leakcheck(iterations=24)
def test_leaks_by_finalizer(request):
    request.addfinalizer(lambda: KEPT.append(object()))

@pytest.mark.leakcheck(iterations=24)
def test_leaks_finalizers(request, session):
    request.session.addfinalizer(lambda: None)
"""

MOCKS = """
import asyncio, os, pytest
from unittest import mock

class Thing:
    def go(self): return 1

def test_clean_patches():
    with (
        mock.patch("os.getcwd", return_value="x"),
        mock.patch.object(Thing, "go", autospec=True),
        mock.patch.dict(os.environ, LEAKCHECK_TRIED="yes"),
    ):
        os.getcwd()
        Thing().go()

@mock.patch.object(Thing, "go")
@mock.patch("os.listdir")
def test_clean_decorated(listdir, go):
    Thing().go()
    listdir.assert_not_called()

def test_clean_magic():
    double = mock.MagicMock()
    double.attribute.method(1)[3]
    double.__str__.return_value = "text"
    assert str(double) == "text"
    mock.create_autospec(Thing)().go()
    mock.seal(double)

def test_clean_awaited():
    assert asyncio.run(mock.AsyncMock(return_value=3)()) == 3

SHARED = mock.MagicMock()

@pytest.mark.leakcheck(iterations=24)
def test_leaks_calls():
    SHARED.method(1)
"""

CASES = """
import asyncio, contextlib, logging, os, unittest, warnings
from unittest import mock
import pytest

class Cleanups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(lambda: None)
        cls.enterClassContext(contextlib.nullcontext())
        cls.rows = []
    def setUp(self):
        self.addCleanup(lambda: None)
        self.enterContext(contextlib.nullcontext())
    def test_clean_cleanups(self):
        self.addCleanup(self.rows.clear)
        self.rows.append(object())
    def test_clean_subtests(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertEqual(number, number)
    def test_clean_assertions(self):
        with self.assertLogs("one", "INFO"):
            logging.getLogger("one").info("seen")
        with self.assertRaises(ValueError):
            raise ValueError
        with self.assertWarns(UserWarning):
            warnings.warn("seen")
    @mock.patch("os.getcwd")
    def test_clean_patched(self, getcwd):
        os.getcwd()
    @pytest.mark.leakcheck(iterations=24)
    def test_leaks_in_cleanup(self):
        self.addCleanup(lambda: self.rows.append(object()))
    @pytest.mark.leakcheck(iterations=24)
    def test_leaks_class_cleanups(self):
        self.addClassCleanup(lambda: None)

class Awaited(unittest.IsolatedAsyncioTestCase):
    kept = []
    async def asyncSetUp(self):
        self.addAsyncCleanup(asyncio.sleep, 0)
        self.queue = asyncio.Queue()
    async def test_clean_awaited(self):
        async with asyncio.timeout(60):
            await asyncio.gather(self.queue.put(1), self.queue.get(), asyncio.sleep(0))
    async def test_clean_subtests_awaited(self):
        with self.subTest(number=1):
            await asyncio.create_task(asyncio.sleep(0))
    def test_clean_not_awaited(self):
        assert self.queue.empty()
    @pytest.mark.leakcheck(iterations=24)
    async def test_leaks_awaited(self):
        await asyncio.sleep(0)
        self.kept.append(object())

class LikeDjango(unittest.TestCase):
    rows = []
    def __call__(self, result=None):
        savepoint = list(self.rows)
        try:
            super().__call__(result)
        finally:
            self.rows[:] = savepoint
    def test_clean_rolled_back(self):
        self.rows.append(object())
"""

SUBTESTS = """
import logging, pytest
KEPT = []

def test_clean_subtests(subtests):
    for number in range(3):
        with subtests.test("step", number=number):
            print("out")
            logging.getLogger("one").warning("logged")

@pytest.mark.leakcheck(iterations=24)
def test_leaks_in_subtest(subtests):
    with subtests.test("step"):
        KEPT.append(object())
"""

FILES = {
    "capture": CAPTURE,
    "folders": FOLDERS,
    "scopes": SCOPES,
    "mocks": MOCKS,
    "cases": CASES,
    "subtests": SUBTESTS,
}


ONCE = 1
"""Blocks in 300 runs: a number that counts runs leaves CPython's small ints once, at 257."""


def grown(result):
    """Blocks between the lowest and the highest of the traced readings."""
    traced = [reading["blocks"] for reading in result["readings"] if reading["phase"] == "trace"]
    assert len(traced) > 3
    return max(traced) - min(traced)


def judge(source, done):
    """Each test of the file has the verdict that its name says, and the outcome that goes with it."""
    clean = {k: v for k, v in done.found.items() if "::test_clean" in k}
    leaks = {k: v for k, v in done.found.items() if "::test_leaks" in k}
    assert len(clean) >= source.count("def test_clean")
    assert len(leaks) == source.count("def test_leaks")
    assert {k: v["verdict"] for k, v in clean.items()} == dict.fromkeys(clean, "clean")
    assert {k: grown(v) for k, v in clean.items() if grown(v) > ONCE} == {}
    assert {k: v["verdict"] for k, v in leaks.items()} == dict.fromkeys(leaks, "leak")
    outcomes = done.result.parseoutcomes()
    assert outcomes["passed"] == len(clean)
    assert outcomes.get("failed", 0) == len(leaks)
    assert not outcomes.keys() & {"error", "errors"}


@pytest.mark.parametrize("kind", FILES)
def test_of_three_hundred_runs(run, kind):
    source, plugins = FILES[kind], ()
    if kind == "subtests" and pytest.version_tuple < (9, 0):
        pytest.importorskip("pytest_subtests")
        plugins = ("pytest_subtests.plugin",)
    done = run(source, "--leakcheck-iterations=300", "--leakcheck-max-time=120", plugins=plugins)
    judge(source, done)


@pytest.mark.parametrize("kind", ["scopes", "cases"])
def test_of_three_hundred_runs_in_a_worker_of_xdist(run, kind):
    pytest.importorskip("xdist")
    options = ("-n", "1", "--leakcheck-iterations=300", "--leakcheck-max-time=120")
    judge(FILES[kind], run(FILES[kind], *options, plugins=["xdist.plugin"]))
