# SPDX-License-Identifier: MIT
"""`leakcheck.check`: what is called, how often it may be refused, and what comes back."""

import asyncio
import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import leakcheck
from leakcheck import Result, Settings, UsageError, Verdict, api
from leakcheck.measure import able, protocol
from leakcheck.probes.choosing import chosen
from tests.unit.unchecked import MEASURES

CLEAN = Result(Verdict.CLEAN, "nothing grew")
LEAK = Result(Verdict.LEAK, "it grows", rate=1.0)


class FakeProtocol:
    """Stands for the measurement: three runs, and the verdict that the test wants."""

    def __init__(self) -> None:
        self.result = CLEAN
        self.settings: Settings | None = None
        self.runs = 0

    def check_callable(
        self, body: Callable[[], object], settings: Settings, **_others: Any
    ) -> Result:
        self.settings = settings
        for _ in range(3):
            body()
            self.runs += 1
        return self.result


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeProtocol:
    fake = FakeProtocol()
    monkeypatch.setattr(able, "ensure_able", lambda: None)
    monkeypatch.setattr(protocol, "check_callable", fake.check_callable)
    monkeypatch.setattr(api, "message", lambda *_: "the report")
    return fake


def test_importing_the_package_loads_neither_pytest_nor_the_sampler() -> None:
    code = (
        "import sys, leakcheck; "
        "print(sorted({'pytest', '_pytest', 'leakcheck._core', 'asyncio', 'unittest'}"
        " & set(sys.modules)))"
    )
    root = Path(leakcheck.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_everything_public_is_there() -> None:
    assert all(hasattr(leakcheck, name) for name in leakcheck.__all__)


def test_a_leak_is_a_result_unless_it_is_asked_to_raise(fake: FakeProtocol) -> None:
    fake.result = LEAK
    assert leakcheck.check(lambda: None) == LEAK
    with pytest.raises(leakcheck.LeakError, match="the report") as caught:
        leakcheck.check(lambda: None, raises=True)
    assert caught.value.result == LEAK


def test_clean_does_not_raise_when_asked_to(fake: FakeProtocol) -> None:
    assert leakcheck.check(lambda: None, raises=True) == CLEAN


def test_the_settings_are_passed_on(fake: FakeProtocol) -> None:
    leakcheck.check(lambda: None, rate=0.1, max_time=2, iterations=50, seed=7)
    probes = chosen("default")
    assert fake.settings == Settings(0.1, 2, 50, 7, probes)


def test_it_is_called_once_on_trial_before_it_is_measured(fake: FakeProtocol) -> None:
    calls: list[int] = []
    leakcheck.check(lambda: calls.append(fake.runs))
    assert calls == [0, 0, 1, 2]


def test_a_partial_is_measured_with_its_arguments(fake: FakeProtocol) -> None:
    calls: list[str] = []
    leakcheck.check(functools.partial(calls.append, "x"))
    assert calls == ["x"] * 4


def test_what_it_raises_comes_through_unchanged(fake: FakeProtocol) -> None:
    def broken() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match=r"^gone$"):
        leakcheck.check(broken)
    assert fake.runs == 0


def test_a_coroutine_function_is_run_to_its_end_in_one_loop(fake: FakeProtocol) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def work() -> None:
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())

    leakcheck.check(work)
    assert len(loops) == 4
    assert len(set(map(id, loops))) == 1


def test_an_object_with_an_async_call_is_awaited(fake: FakeProtocol) -> None:
    calls: list[int] = []

    class Service:
        async def __call__(self) -> None:
            await asyncio.sleep(0)
            calls.append(1)

    leakcheck.check(Service())
    assert len(calls) == 4


def test_a_lambda_that_makes_a_coroutine_is_awaited(fake: FakeProtocol) -> None:
    calls: list[int] = []

    async def work(number: int) -> None:
        calls.append(number)

    leakcheck.check(lambda: work(5))
    assert calls == [5] * 4


def _hidden(function: Callable[[], Any]) -> Callable[[], Any]:
    def call() -> Any:
        return function()

    return call


@pytest.mark.parametrize("wrap", [lambda f: f, _hidden])
def test_a_coroutine_function_is_refused_inside_a_running_loop(
    fake: FakeProtocol, wrap: Callable[[Any], Any]
) -> None:
    async def work() -> None:
        raise AssertionError("must not run")

    async def main() -> None:
        leakcheck.check(wrap(work))

    with pytest.raises(UsageError, match=r"event loop runs.*asyncio\.to_thread"):
        asyncio.run(main())


def _generator() -> Any:
    yield 1


async def _async_generator() -> Any:
    yield 1


class _Awaitable:
    def __await__(self) -> Any:
        yield


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (42, "needs a callable, not 42; pass the function itself"),
        (None, "needs a callable, not None"),
        (_generator, "_generator is a generator function.*uses it up"),
        (_async_generator, "_async_generator is a generator function"),
        (_hidden(_generator), "returned a generator that nobody ran; use it up"),
        (_hidden(_async_generator), "returned a generator that nobody ran"),
        (_hidden(_Awaitable), "returned an awaitable that nobody awaited"),
        (lambda request, size: None, "needs request, size; check functools.partial"),
        (lambda *, key: None, "needs key;"),
    ],
)
def test_what_would_measure_nothing_is_refused(
    fake: FakeProtocol, function: Any, sentence: str
) -> None:
    with pytest.raises(TypeError, match=sentence) as caught:
        leakcheck.check(function)
    assert isinstance(caught.value, UsageError)
    assert fake.runs == 0


@pytest.mark.parametrize("setting", [{"rate": 0}, {"rate": 2}, {"max_time": 0}, {"iterations": 1}])
def test_a_bad_setting_is_refused_before_anything_runs(
    fake: FakeProtocol, setting: dict[str, Any]
) -> None:
    calls: list[int] = []
    with pytest.raises(UsageError, match="leakcheck"):
        leakcheck.check(lambda: calls.append(1), **setting)
    assert calls == []


def test_an_interpreter_that_can_not_be_measured_is_said_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def blind() -> None:
        raise leakcheck.BlindError("no allocator")

    calls: list[int] = []
    monkeypatch.setattr(able, "ensure_able", blind)
    with pytest.raises(leakcheck.BlindError, match="no allocator"):
        leakcheck.check(lambda: calls.append(1))
    assert calls == []


_kept: list[bytes] = []


def _leaking() -> None:
    _kept.append(bytes(300))


async def _leaking_coroutine() -> None:
    await asyncio.sleep(0)
    _kept.append(bytes(300))


def _clean() -> None:
    node: list[Any] = []
    node.append(node)


async def _clean_coroutine() -> None:
    await asyncio.gather(*(asyncio.sleep(0) for _ in range(3)))


@MEASURES
@pytest.mark.parametrize("function", [_leaking, _leaking_coroutine])
def test_the_line_that_leaks_is_named(function: Callable[[], object]) -> None:
    result = leakcheck.check(function)
    line = function.__code__.co_firstlineno + (1 if function is _leaking else 2)
    assert result.verdict is Verdict.LEAK
    site = next(site for site in result.sites if site.grows)
    assert (site.file, site.line) == (__file__, line)
    assert site.statement == "_kept.append(bytes(300))"
    assert site.frames[-1].function == function.__qualname__
    assert (site.blocks, site.bytes) == (site.series[-1], site.series[-1] * len(bytes(333)))
    assert site.rate == pytest.approx(1)
    _kept.clear()


@MEASURES
@pytest.mark.parametrize("function", [_clean, _clean_coroutine])
def test_what_does_not_leak_is_clean_with_a_bound(function: Callable[[], object]) -> None:
    result = leakcheck.check(function)
    assert result.verdict is Verdict.CLEAN, result
    assert result.bound is not None
    assert 0 < result.bound < 1
