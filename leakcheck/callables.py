# SPDX-License-Identifier: MIT
"""What can be repeated, and how one run of it goes."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any, Final

from leakcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from unittest import IsolatedAsyncioTestCase, TestCase

_LONGEST_REPR: Final = 60


class NotRepeatableError(UsageError, TypeError):
    """Calling this again and again would measure nothing; the message says what to do."""


def name_of(function: object) -> str:
    """The name that people know a callable by."""
    inner = getattr(function, "func", function)  # functools.partial
    name = getattr(inner, "__qualname__", None)
    return name if isinstance(name, str) else repr(function)


def is_coroutine_function(function: object) -> bool:
    """Whether calling it gives a coroutine; sees through partial and `async def __call__`."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(type(function), "__call__", None)  # noqa: B004 - the method is what is wanted
    )


def is_generator_function(function: object) -> bool:
    """Whether calling it runs nothing until somebody iterates."""
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)


def required_parameters(function: Callable[..., object]) -> tuple[str, ...]:
    """The parameters that a call must give; empty too when the signature is not known."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # many C functions have none
        return ()
    return tuple(
        each.name
        for each in parameters
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    )


def refuse_unless_callable_with_nothing(function: object) -> None:
    """Raise NotRepeatableError unless `function()` is a run worth measuring."""
    if not callable(function):
        raise NotRepeatableError(
            f"check needs a callable, not {_short(function)}; "
            "pass the function itself, not what it returned"
        )
    if is_generator_function(function):
        name = name_of(function)
        raise NotRepeatableError(
            f"{name} is a generator function, so calling it runs none of its body; "
            f"check a function that uses it up, such as lambda: list({name}())"
        )
    needed = required_parameters(function)
    if needed:
        raise NotRepeatableError(
            f"{name_of(function)} can't be called without arguments, it needs "
            f"{', '.join(needed)}; check functools.partial({name_of(function)}, ...) "
            "or a function that calls it"
        )


def refuse_unfinished(outcome: object, function: object) -> None:
    """Raise NotRepeatableError if a call handed back work that nobody has done yet."""
    if inspect.iscoroutine(outcome):
        outcome.close()
        what, cure = "a coroutine that nobody awaited", "make it async def and await inside"
    elif inspect.isgenerator(outcome) or inspect.isasyncgen(outcome):
        what, cure = "a generator that nobody ran", "use it up inside the function"
    elif inspect.isawaitable(outcome):
        what, cure = "an awaitable that nobody awaited", "make it async def and await inside"
    else:
        return
    raise NotRepeatableError(f"{name_of(function)} returned {what}; {cure}")


def refuse_undecoratable(function: object) -> None:
    """Raise NotRepeatableError for what `@leakcheck` can't stand on."""
    if inspect.isclass(function):
        raise NotRepeatableError(
            f"@leakcheck checks functions and methods, not classes; "
            f"put it on the test methods of {function.__qualname__}"
        )
    if isinstance(function, (staticmethod, classmethod)):
        kind = type(function).__name__
        raise NotRepeatableError(f"put @leakcheck below @{kind}, not above it")
    if not callable(function):
        raise NotRepeatableError(
            f"@leakcheck takes keywords only, such as @leakcheck(rate=0.1), "
            f"and stands on a function, not on {_short(function)}"
        )
    if is_generator_function(function):
        raise NotRepeatableError(
            f"@leakcheck can't repeat the generator function {name_of(function)}: "
            "calling it runs none of its body; decorate the function that uses it up"
        )


def case_of(args: Sequence[object]) -> TestCase | None:
    """The unittest.TestCase whose method is called with `args`, if it is one."""
    # Without unittest loaded there is no instance of it, and no need to load it.
    unittest = sys.modules.get("unittest")
    base: type[TestCase] | None = getattr(unittest, "TestCase", None)
    first = args[0] if args else None
    return first if base is not None and isinstance(first, base) else None


def run_case(
    case: TestCase,
    function: Callable[..., object],
    args: Sequence[object] = (),
    kwargs: Mapping[str, object] | None = None,
) -> None:
    """Run a test method once on a fresh instance, as TestCase.run does but without a result.

    On the instance that the runner made, cleanups and attributes would pile up over the runs.
    """
    _refuse_asynchronous_setup(case, function)
    fresh = _again(case)
    # partial adds the instance in C; a list built here for that would show in the reports.
    run = functools.partial(function, fresh)
    try:
        fresh.setUp()
        try:
            refuse_unfinished(run(*args, **kwargs) if kwargs else run(*args), function)
        finally:
            fresh.tearDown()
    finally:
        cleanups = _cleanups_of(fresh)
        while cleanups:
            cleanup, its_args, its_kwargs = cleanups.pop()
            refuse_unfinished(cleanup(*its_args, **its_kwargs), cleanup)


async def arun_case(
    case: TestCase,
    function: Callable[..., Any],
    args: Sequence[object] = (),
    kwargs: Mapping[str, object] | None = None,
) -> None:
    """`run_case` for a coroutine method, inside the loop that runs already."""
    fresh = _again(case)
    isolated = _isolated(fresh)
    run = functools.partial(function, fresh)
    try:
        fresh.setUp()
        if isolated is not None:
            await isolated.asyncSetUp()
        try:
            await (run(*args, **kwargs) if kwargs else run(*args))
        finally:
            if isolated is not None:
                await isolated.asyncTearDown()
            fresh.tearDown()
    finally:
        cleanups = _cleanups_of(fresh)
        while cleanups:
            cleanup, its_args, its_kwargs = cleanups.pop()
            outcome = cleanup(*its_args, **its_kwargs)
            if inspect.isawaitable(outcome):
                await outcome


def _cleanups_of(case: TestCase) -> list[Any]:
    """The cleanups still to do. `doCleanups` would swallow what they raise."""
    return case._cleanups  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


def _again(case: TestCase) -> TestCase:
    """A fresh instance for the same test method."""
    return type(case)(case._testMethodName)  # noqa: SLF001 - there is no public name


def _isolated(case: TestCase) -> IsolatedAsyncioTestCase | None:
    """The case itself, if it brings its own event loop."""
    if not hasattr(case, "asyncSetUp"):
        return None
    from unittest import IsolatedAsyncioTestCase

    return case if isinstance(case, IsolatedAsyncioTestCase) else None


def _refuse_asynchronous_setup(case: TestCase, function: object) -> None:
    """A plain method can't await asyncSetUp, so its runs would not be what the test is."""
    isolated = _isolated(case)
    if isolated is None:
        return
    from unittest import IsolatedAsyncioTestCase as Base

    kind = type(isolated)
    if kind.asyncSetUp is not Base.asyncSetUp or kind.asyncTearDown is not Base.asyncTearDown:
        raise NotRepeatableError(
            f"{name_of(function)} is a plain method of a case with asyncSetUp or asyncTearDown "
            "and can't be repeated with them; make it async def"
        )


def _short(value: object) -> str:
    """A repr that fits into a sentence."""
    text = repr(value)
    return text if len(text) <= _LONGEST_REPR else f"{text[:_LONGEST_REPR]}..."
