# SPDX-License-Identifier: MIT
"""From `FILE.py::function` or `module:function` to something that can be called."""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import importlib.machinery
import importlib.util
import inspect
import re
import sys
from dataclasses import dataclass
from pathlib import Path
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
from leakcheck.traces import describe, user_trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType
    from unittest import TestCase


class TargetRaisedError(UsageError):
    """The user's code raised; the message is the sentence, `trace` their part of the traceback."""

    def __init__(self, sentence: str, trace: str) -> None:
        super().__init__(sentence)
        self.trace = trace


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
    place, separator, path = _split(text)
    module = _import_module(place) if separator == ":" else _load_file(Path(place))
    names = path.replace("::", ".").split(".") if path else [_only_candidate(module, place)]
    owner, value = _look_up(module, names, place)
    name = f"{place}{separator or '::'}{'.'.join(names)}"
    settings = dict(getattr(value, "__leakcheck_settings__", {}))
    return Target(name, _as_function(owner, value, names[-1], name), settings, _case_class(owner))


def _split(text: str) -> tuple[str, str, str]:
    """(file or module, separator, function), the last two empty when there is only a file."""
    place, separator, path = text.partition("::")
    if separator or place.endswith(".py") or Path(place).exists():
        if not place or (separator and not all(re.split(r"::|\.", path))):
            raise UsageError(f"{text!r} names no function; write FILE.py::function")
        return place, separator, path
    place, separator, path = text.partition(":")
    if place.endswith(".py"):
        raise UsageError(f"a function of a file is named with two colons: {place}::{path}")
    if not (all(path.split(".")) and all(part.isidentifier() for part in place.split("."))):
        raise UsageError(
            f"{text!r} is no file that exists and names no function; "
            "write FILE.py::function or module:function"
        )
    return place, separator, path


def _load_file(file: Path) -> ModuleType:
    """Import a file under its own name with its directory first on sys.path."""
    if not file.exists():
        others = [each.name for each in file.parent.glob("*.py")]
        raise UsageError(f"there is no file {file}{_did_you_mean(file.name, others)}")
    if not file.is_file():
        raise UsageError(f"{file} is not a file; write FILE.py::function")
    name = file.stem
    if name in sys.modules:
        raise UsageError(
            f"a module called {name} is loaded already, so {file} can't be loaded under its "
            "name; rename the file, or name it as module:function"
        )
    path = file.resolve()
    sys.path.insert(0, str(path.parent))
    loader = importlib.machinery.SourceFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        hint = "correct it and try again"
        if isinstance(error, ImportError) and (path.parent / "__init__.py").exists():
            hint = "the file is part of a package: name it as package.module:function"
        raise TargetRaisedError(
            f"{file} can't be imported ({describe(error)}); {hint}", user_trace(error)
        ) from None
    return module


def _import_module(name: str) -> ModuleType:
    """Import a module by its dotted name."""
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and (
            error.name == name or name.startswith(f"{error.name}.")
        ):
            raise UsageError(
                f"there is no module {error.name} to import from {Path.cwd()}; start in the "
                "directory that holds it, or write FILE.py::function"
            ) from None
        raise TargetRaisedError(
            f"module {name} can't be imported ({describe(error)}); correct it and try again",
            user_trace(error),
        ) from None


def _only_candidate(module: ModuleType, place: str) -> str:
    """The one public function of the module that can be called with nothing."""
    names = [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and not name.startswith("_")
        and value.__module__ == module.__name__
        and not is_generator_function(value)
        and not required_parameters(value)
    ]
    if len(names) == 1:
        return names[0]
    if not names:
        raise UsageError(
            f"{place} defines no public function that can be called without arguments; "
            "write one, or name what to run: FILE.py::function"
        )
    raise UsageError(
        f"{place} defines {len(names)} functions that could be run; "
        f"name one: {', '.join(f'{place}::{name}' for name in names)}"
    )


def _look_up(module: ModuleType, names: list[str], place: str) -> tuple[object, object]:
    """(the last but one, the last) object along the dotted path."""
    owner: object = module
    value: object = module
    for index, name in enumerate(names):
        owner = value
        try:
            value = getattr(owner, name)
        except AttributeError:
            where = ".".join(names[:index]) or place
            known = [each for each in dir(owner) if not each.startswith("__")]
            raise UsageError(f"{where} has no {name!r}{_did_you_mean(name, known)}") from None
    return owner, value


def _did_you_mean(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


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
