# SPDX-License-Identifier: MIT
"""`@leakcheck`: on functions, methods, test cases and coroutines, with and without a runner."""

import asyncio
import inspect
import unittest
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

import leakcheck as package
from leakcheck import LeakError, Result, Settings, UsageError, Verdict, decorator, leakcheck
from leakcheck.api import managed
from leakcheck.measure import able, protocol
from leakcheck.probes.choosing import chosen

CLEAN = Result(Verdict.CLEAN, "nothing grew")
LEAK = Result(Verdict.LEAK, "it grows", rate=1.0)
UNDECIDED = Result(Verdict.INCONCLUSIVE, "the time ran out")


class FakeProtocol:
    """Stands for the measurement: three runs, and the verdict that the test wants."""

    def __init__(self) -> None:
        self.result = CLEAN
        self.settings: list[Settings] = []
        self.closed = 0

    def check_callable(self, body: Callable[[], object], settings: Settings) -> Result:
        self.settings.append(settings)
        for _ in range(3):
            body()
        return self.result

    def stepwise(self, settings: Settings) -> Any:
        self.settings.append(settings)
        return FakeSteps(self)


class FakeSteps:
    def __init__(self, fake: FakeProtocol) -> None:
        self.fake = fake
        self.batches = [1, 2]

    def next(self) -> int | None:
        return self.batches[0] if self.batches else None

    def read(self) -> None:
        self.batches.pop(0)

    def close(self) -> None:
        self.fake.closed += 1

    def result(self) -> Result:
        assert self.fake.closed
        return self.fake.result


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeProtocol:
    fake = FakeProtocol()
    monkeypatch.setattr(able, "ensure_able", lambda: None)
    monkeypatch.setattr(protocol, "check_callable", fake.check_callable)
    monkeypatch.setattr(protocol, "StepwiseCheck", fake.stepwise)
    monkeypatch.setattr(decorator, "message", lambda *_: "the report")
    return fake


def test_a_leak_fails_the_function_after_its_own_call(fake: FakeProtocol) -> None:
    fake.result = LEAK
    calls: list[int] = []

    @leakcheck
    def test() -> None:
        calls.append(1)

    with pytest.raises(LeakError, match="the report"):
        test()
    assert len(calls) == 4


def test_a_clean_function_returns_what_it_returned(fake: FakeProtocol) -> None:
    @leakcheck()
    def double(number: int) -> int:
        return number * 2

    assert double(4) == 8
    assert fake.settings == [Settings(probes=chosen("default"))]


def test_the_keywords_become_the_settings(fake: FakeProtocol) -> None:
    @leakcheck(rate=0.1, max_time=3, iterations=40, seed=9, strict=True)
    def test() -> None: ...

    test()
    assert fake.settings == [Settings(0.1, 3, 40, 9, probes=chosen("default"))]
    assert test.__leakcheck_settings__ == {  # type: ignore[attr-defined]
        "rate": 0.1,
        "max_time": 3,
        "iterations": 40,
        "seed": 9,
        "strict": True,
    }


def test_only_given_keywords_are_carried_for_the_plugin() -> None:
    seeded, bare = leakcheck(seed=0)(lambda: None), leakcheck(lambda: None)
    assert seeded.__leakcheck_settings__ == {"seed": 0}  # type: ignore[attr-defined]
    assert bare.__leakcheck_settings__ == {}  # type: ignore[attr-defined]


def test_the_signature_is_kept_for_fixtures() -> None:
    @leakcheck
    def test(tmp_path: str, capsys: int) -> None:
        """What it does."""

    assert list(inspect.signature(test).parameters) == ["tmp_path", "capsys"]
    assert (test.__name__, test.__doc__) == ("test", "What it does.")


def test_a_failing_function_fails_as_itself_and_is_not_measured(fake: FakeProtocol) -> None:
    @leakcheck
    def test() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        test()
    assert fake.settings == []
    assert not hasattr(caught.value, "__notes__")


def test_a_failure_on_repetition_says_that_the_first_call_passed(fake: FakeProtocol) -> None:
    calls: list[int] = []

    @leakcheck
    def test() -> None:
        calls.append(1)
        assert len(calls) < 2

    with pytest.raises(AssertionError) as caught:
        test()
    assert "passed when called once" in caught.value.__notes__[0]


def test_not_decided_warns_and_strict_fails(fake: FakeProtocol) -> None:
    fake.result = UNDECIDED

    @leakcheck
    def test() -> None: ...

    @leakcheck(strict=True)
    def strict() -> None: ...

    with pytest.warns(UserWarning, match="test is inconclusive: the time ran out") as caught:
        test()
    assert caught[0].filename == __file__
    with pytest.raises(LeakError):
        strict()


def test_the_plugin_s_runs_pass_straight_through(fake: FakeProtocol) -> None:
    calls: list[int] = []

    @leakcheck
    def test() -> None:
        calls.append(1)

    @leakcheck
    async def atest() -> None:
        calls.append(2)

    before = managed.set(True)
    try:
        test()
        asyncio.run(atest())
    finally:
        managed.reset(before)
    assert calls == [1, 2]
    assert fake.settings == []


def test_a_decorated_function_can_be_measured_by_check(fake: FakeProtocol) -> None:
    calls: list[int] = []

    @leakcheck
    def test() -> None:
        calls.append(1)

    def checked(body: Callable[[], object], settings: Settings, progress: object) -> Result:
        return fake.check_callable(body, settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "check_callable", checked)
        package.check(test)
    assert len(calls) == 4
    assert len(fake.settings) == 1


def test_a_method_is_repeated_on_the_same_object(fake: FakeProtocol) -> None:
    class Tests:
        def __init__(self) -> None:
            self.calls = 0

        @leakcheck
        def test(self, step: int) -> None:
            self.calls += step

    tests = Tests()
    tests.test(2)
    assert tests.calls == 8


class _Case(unittest.TestCase):
    __test__ = False
    log: ClassVar[list[str]] = []

    @classmethod
    def setUpClass(cls) -> None:
        cls.log.append("class")

    def setUp(self) -> None:
        self.log.append("setUp")
        self.addCleanup(self.log.append, "cleanup")

    def tearDown(self) -> None:
        self.log.append("tearDown")

    @leakcheck
    def test_it(self) -> None:
        assert not hasattr(self, "seen")
        self.seen = True
        self.log.append("test")


def _run(case: type[unittest.TestCase], name: str) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.TestSuite([case(name)]).run(result)
    return result


def test_each_run_of_a_case_is_a_fresh_instance_with_its_fixtures(fake: FakeProtocol) -> None:
    _Case.log.clear()
    assert _run(_Case, "test_it").wasSuccessful()
    inner = ["setUp", "test", "tearDown", "cleanup"]
    assert _Case.log == ["class", "setUp", "test", *inner * 3, "tearDown", "cleanup"]


def test_a_leak_is_a_failure_of_the_case_not_an_error(fake: FakeProtocol) -> None:
    fake.result = LEAK
    result = _run(_Case, "test_it")
    assert len(result.failures) == 1
    assert result.errors == []


def test_a_failing_cleanup_of_a_repetition_is_not_swallowed(fake: FakeProtocol) -> None:
    calls: list[int] = []

    class Case(unittest.TestCase):
        def clean(self) -> None:
            calls.append(1)
            raise OSError("still open")

        @leakcheck
        def test_it(self) -> None:
            self.addCleanup(self.clean)

    result = _run(Case, "test_it")
    assert "still open" in result.errors[0][1]
    assert len(calls) == 2  # once in the repetition, once in the test's own run


class _AsyncCase(unittest.IsolatedAsyncioTestCase):
    __test__ = False
    log: ClassVar[list[str]] = []

    async def asyncSetUp(self) -> None:
        await asyncio.sleep(0)
        self.log.append("asyncSetUp")
        self.addAsyncCleanup(self.clean)

    async def asyncTearDown(self) -> None:
        self.log.append("asyncTearDown")

    async def clean(self) -> None:
        await asyncio.sleep(0)
        self.log.append("cleanup")

    @leakcheck
    async def test_it(self) -> None:
        await asyncio.sleep(0)
        self.log.append("test")

    @leakcheck
    def test_plain(self) -> None: ...


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_async_case_is_repeated_with_its_async_fixtures(fake: FakeProtocol) -> None:
    _AsyncCase.log.clear()
    assert _run(_AsyncCase, "test_it").wasSuccessful()
    inner = ["asyncSetUp", "test", "asyncTearDown", "cleanup"]
    assert _AsyncCase.log == ["asyncSetUp", "test", *inner * 3, "asyncTearDown", "cleanup"]


def test_a_plain_method_of_an_async_case_is_refused(fake: FakeProtocol) -> None:
    result = _run(_AsyncCase, "test_plain")
    assert "make it async def" in result.errors[0][1]


def test_a_coroutine_function_is_measured_inside_its_own_loop(fake: FakeProtocol) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    @leakcheck
    async def test() -> str:
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())
        return "done"

    assert inspect.iscoroutinefunction(test)
    assert asyncio.run(test()) == "done"
    assert len(loops) == 4
    assert len(set(map(id, loops))) == 1
    assert fake.closed == 1


def test_callbacks_of_a_run_are_called_before_the_next(fake: FakeProtocol) -> None:
    pending = 0

    @leakcheck
    async def test() -> None:
        nonlocal pending
        pending += 1
        assert pending < 3

        def done() -> None:
            nonlocal pending
            pending -= 1

        asyncio.get_running_loop().call_soon(done)

    asyncio.run(test())
    assert pending <= 1


def test_a_coroutine_that_fails_on_repetition_closes_the_check(fake: FakeProtocol) -> None:
    calls: list[int] = []

    @leakcheck
    async def test() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(test())
    assert fake.closed == 1


def _plain() -> None: ...


class _Class: ...


def _generator() -> Any:
    yield


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        (_Class, "not classes; put it on the test methods of _Class"),
        (staticmethod(_plain), "below @staticmethod"),
        (classmethod(_plain), "below @classmethod"),
        (0.1, r"keywords only, such as @leakcheck\(rate=0.1\)"),
        (_generator, "can't repeat the generator function _generator"),
    ],
)
def test_what_can_not_be_repeated_is_refused_at_once(thing: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        leakcheck(thing)


def test_a_function_that_returns_a_coroutine_is_refused(fake: FakeProtocol) -> None:
    async def work() -> None: ...

    @leakcheck
    def test() -> object:
        return work()

    with pytest.raises(TypeError, match="a coroutine that nobody awaited; make it async def"):
        test()


@pytest.mark.parametrize("bad", [{"rate": 0}, {"rate": 2}, {"iterations": 3}, {"strict": "yes"}])
def test_a_bad_setting_is_refused_where_it_is_written(bad: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="leakcheck"):
        leakcheck(**bad)
