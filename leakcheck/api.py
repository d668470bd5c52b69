# SPDX-License-Identifier: MIT
"""`check(function)`: a measurement without pytest's help."""

from __future__ import annotations

import dataclasses
import inspect
import os
import shlex
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from leakcheck.callables import (
    is_coroutine_function,
    name_of,
    refuse_unfinished,
    refuse_unless_callable_with_nothing,
    required_parameters,
)
from leakcheck.config import DEFAULT_MAX_TIME, DEFAULT_RATE, Settings
from leakcheck.errors import LeakError, UsageError
from leakcheck.model import Holding

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from unittest import TestCase

    from leakcheck.model import Phase, Result
    from leakcheck.probe import Probes

    _Progress = Callable[[Phase, int, float], object]
    _CoroutineFunction = Callable[[], Coroutine[Any, Any, object]]


class Flag:
    """A process-wide yes or no with the verbs of a ContextVar.

    Not a ContextVar: pytest-asyncio and anyio run tests in contexts that may be older than the
    moment the flag was set, and a test may use threads.
    """

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value = False

    def get(self) -> bool:
        """Whether it is set."""
        return self._value

    def set(self, value: bool) -> bool:  # noqa: FBT001 - as ContextVar.set
        """Set it; the previous value, for `reset`."""
        previous, self._value = self._value, value
        return previous

    def reset(self, previous: bool) -> None:  # noqa: FBT001 - as ContextVar.reset
        """Give it the value that `set` returned."""
        self._value = previous


managed: Final = Flag()
"""Set by the pytest plugin while it runs a test: decorated functions pass straight through."""

inside: ContextVar[bool] = ContextVar("leakcheck_inside", default=False)
"""Set while `check` or a decorated function measures: what is decorated inside passes through."""


def check(  # noqa: PLR0913 - one keyword per setting
    function: Callable[[], object],
    /,
    *,
    rate: float = DEFAULT_RATE,
    max_time: float = DEFAULT_MAX_TIME,
    iterations: int | None = None,
    seed: int = 1,
    probes: Probes = "default",
    raises: bool = False,
) -> Result:
    """What calling `function` again and again leaves alive.

    Args:
        function: called without arguments, once on trial and then as often as the verdict
            needs. Use functools.partial or a lambda for arguments. A coroutine function is run
            to its end each time, in one event loop for the whole check.
        rate: the smallest leak that matters, in blocks a run; over 0, at most 1.
        max_time: seconds that the check may take.
        iterations: judge exactly so many runs; None to let the rate decide.
        seed: seed of the order of batches.
        probes: what is counted beside memory: names such as "descriptors,threads" or a list of
            names and of Probe objects; "all", "none", or "default": those that cost next to
            nothing to read.
        raises: raise LeakError, with the report as its message, when the verdict is LEAK.

    Returns:
        The verdict with its evidence. A leak is a result, not an exception; NOT MEASURED where a
        probe can't be read.

    Raises:
        LeakError: the verdict is LEAK or UNBOUNDED CACHE, and `raises` is true.
        UsageError: a setting is out of range, or an event loop that runs already is in the way.
        BlindError: this interpreter can't be measured now.
        TypeError: `function` can't be measured by calling it with nothing.
        Exception: whatever `function` raises, as it is.
    """
    from leakcheck.probes.choosing import chosen

    settings = Settings(
        rate=rate, max_time=max_time, iterations=iterations, seed=seed, probes=chosen(probes)
    )
    result = _with_statements(measure(function, settings))
    if raises and result.verdict.leaks:
        raise LeakError(message(result, function, None), result)
    return result


def identified(result: Result, root: Path | None = None) -> Result:
    """A leaking result with its cause and fingerprint.

    Args:
        result: what was measured.
        root: the project's folder; None for the current one.
    """
    from leakcheck.explain.source import Sources
    from leakcheck.judge.fingerprint import identified

    return identified(result, root or Path.cwd(), Sources().normal)


def _with_statements(result: Result) -> Result:
    """The result with the source of each site's line, which the sampler does not read."""
    from leakcheck.explain.source import Sources

    sources = Sources()
    sites = tuple(
        dataclasses.replace(site, statement=sources.text(site.leaf)) for site in result.sites
    )
    return dataclasses.replace(result, sites=sites)


def measure(
    function: Callable[[], object],
    settings: Settings,
    *,
    progress: _Progress | None = None,
) -> Result:
    """`check` with ready settings and a progress callback (phase, runs done, seconds)."""
    refuse_unless_callable_with_nothing(function)
    return identified(_measured(function, settings, progress))


def _measured(
    function: Callable[[], object], settings: Settings, progress: _Progress | None
) -> Result:
    """What runs of the function, or of the coroutine that it returns, leave alive."""
    from leakcheck.measure.able import ensure_able

    ensure_able()  # First: another implementation of Python lacks what the protocol imports.
    from leakcheck.measure import protocol

    token = inside.set(True)
    try:
        if is_coroutine_function(function):
            return _measure_coroutine(cast("_CoroutineFunction", function), settings, progress)
        trial: object = function()
        if inspect.iscoroutine(trial):
            return _measure_coroutine(
                cast("_CoroutineFunction", function), settings, progress, trial
            )
        refuse_unfinished(trial, function)
        # What the trial returned must not count as alive and then go away.
        del trial
        return protocol.check_callable(function, settings, progress=progress)
    finally:
        inside.reset(token)


def _measure_coroutine(
    function: _CoroutineFunction,
    settings: Settings,
    progress: _Progress | None,
    trial: Coroutine[Any, Any, object] | None = None,
) -> Result:
    """Measure whole runs of a coroutine in one event loop; `trial` was made but not awaited."""
    import asyncio

    from leakcheck.measure import protocol

    if loop_is_running():
        if trial is not None:
            trial.close()
        raise UsageError(
            f"check({name_of(function)}) can't run a coroutine while an event loop runs in this "
            "thread; decorate the coroutine function with @leakcheck and await it, or call "
            "check through asyncio.to_thread"
        )
    with asyncio.Runner() as runner:
        runner.run(trial if trial is not None else function())
        del trial
        return protocol.check_callable(lambda: runner.run(function()), settings, progress=progress)


def loop_is_running() -> bool:
    """Whether an asyncio event loop runs in this thread."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def message(result: Result, function: Callable[..., object], case: TestCase | None) -> str:
    """The report, as the message of an exception: no colours."""
    from leakcheck.report.terminal import CALL, Style, render

    return render(
        result,
        test=name_of(function),
        root=Path.cwd(),
        reproduce=_reproduce(function, case),
        style=Style(),
        advice=CALL,
    )


def holders(wanted: object, *, most: int = 20) -> tuple[Holding, ...]:
    """Who holds an object, or the objects of a type.

    Nothing is run and nothing is measured: this is the heap as it is now.

    Args:
        wanted: an object; of a type, its living objects that the cycle collector knows.
        most: of a type, at most so many: the newest.

    Returns:
        One for each object, in the order in which they were made as far as that is known; empty
        for a type that no object is of.

    Raises:
        BlindError: the sampler can't be loaded here.
        UsageError: `most` is no number of objects, or the collector knows none of such a type.
    """
    from leakcheck.measure.living import can_be_known, living
    from leakcheck.measure.plain import qualified

    if most < 1:
        raise UsageError(f"most must be at least 1, not {most}")
    if not issubclass(type(wanted), type):
        return held_by([wanted])
    kind = cast("type", wanted)
    objects = living(kind)
    if not objects and not can_be_known(kind):
        raise UsageError(
            f"the cycle collector knows no objects of {qualified(kind)}, so they can't be listed; "
            "ask for one object, or for the type that keeps them"
        )
    return held_by(objects[-most:])


def held_by(objects: Sequence[object]) -> tuple[Holding, ...]:
    """Who holds each of these objects, found by one search."""
    from leakcheck.measure.holding import held
    from leakcheck.measure.plain import qualified

    return tuple(
        Holding(
            type=qualified(type(one)),
            path=found.path.text if found.path else "",
            module=found.path.module if found.path else "",
            native=found.native,
        )
        for one, found in zip(objects, held(objects, {}), strict=True)
    )


def _reproduce(function: Callable[..., object], case: TestCase | None) -> str:
    """The command that repeats this check, empty when there is none."""
    pytest_node = os.environ.get("PYTEST_CURRENT_TEST")
    if pytest_node:
        return f"python -m pytest {shlex.quote(pytest_node.rpartition(' ')[0])}"
    module = getattr(function, "__module__", None) or "__main__"
    if case is not None:
        module = type(case).__module__
        return "" if module == "__main__" else f"python -m unittest {case.id()}"
    name = name_of(function)
    code = getattr(function, "__code__", None)
    if code is None or "<" in name or module == "__main__" or required_parameters(function):
        return ""
    file = Path(code.co_filename)
    if not file.is_relative_to(Path.cwd()):
        return ""
    return f"python -m leakcheck run {shlex.quote(f'{file.relative_to(Path.cwd())}::{name}')}"
