# SPDX-License-Identifier: MIT
"""From what a target names to something that can be called with nothing."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leakcheck.callables import (
    arun_case,
    is_coroutine_function,
    is_generator_function,
    refuse_unless_callable_with_nothing,
    required_parameters,
    run_case,
)
from leakcheck.errors import UsageError
from leakcheck.locate import locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from unittest import TestCase

    from leakcheck.locate import Place


@dataclass(frozen=True, slots=True)
class Target:
    """What to run.

    Attributes:
        name: as the user can write it again: `FILE.py::function` or `module:function`.
        function: one call without arguments is one run.
        settings: what a `@leakcheck(...)` on it asks for.
        case: the unittest.TestCase class that it is a method of, else None; its setUpClass and
            tearDownClass belong around the check, not into the runs.
    """

    name: str
    function: Callable[[], object]
    settings: dict[str, Any]
    case: type[TestCase] | None

    @contextlib.contextmanager
    def surroundings(self) -> Iterator[None]:
        """What stands around all runs: setUpClass before, tearDownClass and cleanups after."""
        if self.case is None:
            yield
            return
        try:
            self.case.setUpClass()
            try:
                yield
            finally:
                self.case.tearDownClass()
        finally:
            self.case.doClassCleanups()


def find(text: str) -> Target:
    """The target that `text` names, imported.

    Raises:
        UsageError: the text, the file, the module or the function is not there or won't do.
        TargetRaisedError: the module raised when imported.
    """
    return as_target(locate(text))


def as_target(place: Place) -> Target:
    """What can be run of what was found.

    Raises:
        UsageError: it can't be called with nothing.
    """
    settings = dict(getattr(place.value, "__leakcheck_settings__", {}))
    function = _as_function(place.owner, place.value, place.last, place.name)
    return Target(place.name, function, settings, _case_class(place.owner))


def _as_function(owner: object, value: object, name: str, target: str) -> Callable[[], object]:
    """One run as a callable without arguments. A method gets a new instance each run."""
    if inspect.isclass(value):
        raise UsageError(f"{target} is a class; name one of its methods: {target}.method")
    if not callable(value):
        raise UsageError(f"{target} is not a function; its type is {type(value).__name__}")
    if inspect.isclass(owner) and inspect.isfunction(inspect.getattr_static(owner, name)):
        return _as_method(owner, value, name, target)
    try:
        refuse_unless_callable_with_nothing(value)
    except UsageError as error:
        raise UsageError(_for_the_command_line(value, target, error)) from None
    return value


def _as_method(
    kind: type, function: Callable[..., object], name: str, target: str
) -> Callable[[], object]:
    """A method as one run on a new instance."""
    case = _case_class(kind)
    if case is not None:
        return _as_case(case(name), function, target)
    needed = list(required_parameters(kind))
    if needed:
        raise UsageError(
            f"{kind.__name__} can't be made without arguments, it needs {', '.join(needed)}; "
            f"write a function that makes one and calls {name}"
        )
    needed = list(required_parameters(function))[1:]
    if needed:
        raise UsageError(
            f"{target} needs {', '.join(needed)}; write a function that calls it with them"
        )
    if is_generator_function(function):
        raise UsageError(_generator(target))
    if is_coroutine_function(function):

        async def arun() -> None:
            await getattr(kind(), name)()

        return arun

    return lambda: getattr(kind(), name)()  # noqa: PLW0108 - a new instance each run


def _case_class(owner: object) -> type[TestCase] | None:
    """The owner itself, if it is a unittest.TestCase class."""
    # unittest came with the user's module if the class is a case at all.
    unittest = sys.modules.get("unittest")
    base: type[TestCase] | None = getattr(unittest, "TestCase", None)
    if base is not None and inspect.isclass(owner) and issubclass(owner, base):
        return owner
    return None


def _as_case(case: TestCase, function: Callable[..., object], target: str) -> Callable[[], object]:
    """A test method as one run with setUp, tearDown and cleanups."""
    if is_generator_function(function):
        raise UsageError(_generator(target))
    run = arun_case if is_coroutine_function(function) else run_case
    return functools.partial(run, case, function)


def _generator(target: str) -> str:
    return (
        f"{target} is a generator function, so calling it runs none of its body; "
        "write a function that uses it up"
    )


def _for_the_command_line(value: object, target: str, error: UsageError) -> str:
    """The sentence of a refusal, with a cure that can be had from the command line."""
    if is_generator_function(value):
        return _generator(target)
    needed = required_parameters(value) if callable(value) else ()
    if needed:
        return f"{target} needs {', '.join(needed)}; write a function that calls it with them"
    return str(error)
