# SPDX-License-Identifier: MIT
"""`@leakcheck`: one test that fails when it leaks, under any test runner."""

from __future__ import annotations

import functools
import itertools
import warnings
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast, overload

from leakcheck.api import identified, inside, loop_is_running, managed, message
from leakcheck.callables import (
    arun_case,
    case_of,
    is_coroutine_function,
    name_of,
    refuse_undecoratable,
    refuse_unfinished,
    run_case,
)
from leakcheck.config import Settings
from leakcheck.errors import LeakError, UsageError
from leakcheck.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from unittest import TestCase

    from leakcheck.model import Result
    from leakcheck.probe import Probes

__unittest = True
"""unittest leaves the frames of modules with this name out of its tracebacks."""

P = ParamSpec("P")
R = TypeVar("R")


@overload
def leakcheck(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def leakcheck(
    *,
    rate: float | None = None,
    max_time: float | None = None,
    iterations: int | None = None,
    seed: int | None = None,
    strict: bool | None = None,
    probes: Probes | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def leakcheck(  # noqa: PLR0913 - one keyword per setting
    function: Callable[P, R] | None = None,
    /,
    *,
    rate: float | None = None,
    max_time: float | None = None,
    iterations: int | None = None,
    seed: int | None = None,
    strict: bool | None = None,
    probes: Probes | None = None,
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Make one test, a function, method or coroutine function, fail when it leaks.

    The decorated function is called once as usual, and what that raises is the outcome. If it
    returns, it is repeated and judged, and a LEAK raises LeakError. A method of a
    unittest.TestCase is repeated on fresh instances with setUp, tearDown and cleanups. Under
    pytest with the leakcheck plugin the plugin does all that, with fresh fixtures; without the
    plugin the same arguments are passed to every run.

    Args:
        function: the function, when the decorator is used without parentheses.
        rate: the smallest leak that matters, in blocks a run; None for the default.
        max_time: seconds that the check may take; None for the default.
        iterations: judge exactly so many runs; None to let the rate decide.
        seed: seed of the order of batches; None for the default.
        strict: fail when nothing could be decided, instead of warning.
        probes: what is counted beside memory, as for `check`; None for the default.

    Raises:
        TypeError: what is decorated can't be repeated (a class, a generator function).
        UsageError: a setting is out of range.
    """
    from leakcheck.probes.choosing import chosen

    given: dict[str, Any] = {
        name: value
        for name, value in (
            ("rate", rate),
            ("max_time", max_time),
            ("iterations", iterations),
            ("seed", seed),
            ("strict", strict),
            ("probes", None if probes is None else chosen(probes)),
        )
        if value is not None
    }
    if strict is not None and not isinstance(strict, bool):
        raise UsageError(f"leakcheck strict must be True or False, not {strict!r}")
    values = {"probes": chosen("default")} | given
    values.pop("strict", None)
    settings = Settings(**values)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        refuse_undecoratable(function)
        if is_coroutine_function(function):
            wrapper = cast(
                "Callable[P, R]", _wrap_coroutine(function, settings, strict=bool(strict))
            )
        else:
            wrapper = _wrap(function, settings, strict=bool(strict))
        wrapper.__leakcheck_settings__ = given  # type: ignore[attr-defined]
        return wrapper

    return decorate if function is None else decorate(function)


def _wrap(function: Callable[P, R], settings: Settings, *, strict: bool) -> Callable[P, R]:
    """The decorated form of a plain function."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        outcome = function(*args, **kwargs)
        if managed.get() or inside.get():
            return outcome
        refuse_unfinished(outcome, function)
        from leakcheck.measure.able import ensure_able

        ensure_able()  # First: another implementation of Python lacks what the protocol imports.
        from leakcheck.measure import protocol

        case = case_of(args)
        body: Callable[[], object]
        if case is not None:
            body = functools.partial(run_case, case, function, args[1:], kwargs)
        else:
            body = functools.partial(function, *args, **kwargs) if args or kwargs else function
        token = inside.set(True)
        try:
            result = protocol.check_callable(body, settings)
        except Exception as error:
            _note_repeated(error, function)
            raise
        finally:
            inside.reset(token)
        _conclude(result, function, case, strict=strict)
        return outcome

    return wrapper


def _wrap_coroutine(
    function: Callable[..., Any], settings: Settings, *, strict: bool
) -> Callable[..., Any]:
    """The decorated form of a coroutine function: measured inside the loop that awaits it."""

    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> object:
        __tracebackhide__ = True
        outcome = await function(*args, **kwargs)
        if managed.get() or inside.get():
            return outcome
        from leakcheck.measure.able import ensure_able

        ensure_able()  # First: another implementation of Python lacks what the protocol imports.
        from leakcheck.measure import protocol

        case = case_of(args)
        body: Callable[[], Any]
        if case is not None:
            body = functools.partial(arun_case, case, function, args[1:], kwargs)
        else:
            body = functools.partial(function, *args, **kwargs)
        machine = protocol.StepwiseCheck(settings)
        token = inside.set(True)
        try:
            while (todo := machine.next()) is not None:
                # repeat() counts without int objects, which would be live blocks themselves.
                for _ in itertools.repeat(None, todo):
                    await body()
                    await _let_callbacks_run()
                todo = None
                machine.read()
        except Exception as error:
            _note_repeated(error, function)
            raise
        finally:
            inside.reset(token)
            machine.close()
        _conclude(machine.result(), function, case, strict=strict)
        return outcome

    return wrapper


async def _let_callbacks_run() -> None:
    """Give the loop its turn, else callbacks that a run scheduled would pile up unrun."""
    if loop_is_running():  # not so under trio
        import asyncio

        await asyncio.sleep(0)


def _conclude(
    result: Result, function: Callable[..., object], case: TestCase | None, *, strict: bool
) -> None:
    """Make the verdict on a decorated function its outcome."""
    __tracebackhide__ = True
    if result.verdict in (Verdict.CLEAN, Verdict.CACHE):
        return
    if strict or result.verdict.leaks:
        result = identified(result)
        raise LeakError(message(result, function, case), result)
    warnings.warn(
        f"leakcheck: {name_of(function)} is {result.verdict}: {result.reason}", stacklevel=3
    )


def _note_repeated(error: Exception, function: object) -> None:
    """Tell the reader of a failure that the first call was not the one that failed."""
    from leakcheck.traces import user_frames

    if user_frames(error) is None:  # ours, not the function's
        return
    error.add_note(
        f"leakcheck: {name_of(function)} passed when called once and raised this when repeated; "
        "what it leaves behind is in the way of its next run"
    )
