# SPDX-License-Identifier: MIT
"""From `FILE.py::name` or `module:name` to the object that it names, imported."""

from __future__ import annotations

import difflib
import importlib
import importlib.machinery
import importlib.util
import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from leakcheck.callables import is_generator_function, required_parameters
from leakcheck.errors import UsageError
from leakcheck.traces import describe, user_trace

if TYPE_CHECKING:
    from types import ModuleType


class TargetRaisedError(UsageError):
    """The user's code raised; the message is the sentence, `trace` their part of the traceback."""

    def __init__(self, sentence: str, trace: str) -> None:
        super().__init__(sentence)
        self.trace = trace


class Place(NamedTuple):
    """Where the text of a target leads to.

    Attributes:
        name: as the user can write it again.
        owner: what `value` was taken from: a module, a class, an object.
        value: what is there.
        last: the last name.
    """

    name: str
    owner: object
    value: object
    last: str


def locate(text: str) -> Place:
    """Import what `text` names, and follow its path to a function, a class or any object.

    Raises:
        UsageError: the text, the file, the module or the name is not there.
        TargetRaisedError: the module raised when imported.
    """
    place, separator, path = _split(text)
    module = _import_module(place) if separator == ":" else _load_file(Path(place))
    names = path.replace("::", ".").split(".") if path else [_only_candidate(module, place)]
    if not all(name.isidentifier() for name in names):
        value = _evaluate(module, path, place)
        return Place(f"{place}{separator}{path}", module, value, path)
    owner, value = _look_up(module, names, place)
    return Place(f"{place}{separator or '::'}{'.'.join(names)}", owner, value, names[-1])


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
        raise UsageError(f"there is no file {file}{did_you_mean(file.name, others)}")
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
            raise UsageError(f"{where} has no {name!r}{did_you_mean(name, known)}") from None
    return owner, value


def _evaluate(module: ModuleType, expression: str, place: str) -> object:
    """The value of an expression over the module's names, such as `CACHE['key'].rows`."""
    try:
        return eval(expression, dict(vars(module)))  # noqa: S307 - the user's own words
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"{expression!r} can't be evaluated in {place} ({describe(error)}); "
            "write a name, or an expression over the module's names"
        ) from None


def did_you_mean(name: str, known: list[str]) -> str:
    """The end of a sentence that has the nearest known name; empty where none is near."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
