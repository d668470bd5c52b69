# SPDX-License-Identifier: MIT
"""Whose a leak is.

What holds the objects decides: a module that keeps a list keeps all that others put into it.
Only where no holder is known do the lines decide that allocated, and of their stacks the
innermost frame that is neither the interpreter's, nor the standard library's, nor of what runs
the test: the code nearest to the leak that somebody wrote for this program.
"""

from __future__ import annotations

import platform
import re
import sys
from typing import TYPE_CHECKING, Final

from leakcheck.distributions import distribution_of
from leakcheck.judge.interpreter import known
from leakcheck.judge.leaking import leaking_sites
from leakcheck.judge.sites import installed_path, is_harness, is_project, owner, relative
from leakcheck.judge.takers import taker
from leakcheck.model import Frame, Owner, Whose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from leakcheck.model import Result, Site

_FIXTURE: Final = re.compile(r"fixture `(?P<name>[^`]*)` \((?P<scope>\w+)\)")
TEST_FILE: Final = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_TEST_FOLDER: Final = re.compile(r"(^|/)(tests?|testing)/")


def file_of_module(name: str) -> str:
    """The source file of a loaded module; empty for built-in ones."""
    return getattr(sys.modules.get(name), "__file__", None) or ""


def distribution_or_package(installed: str) -> tuple[str, str]:
    """(name, version) of what installed a file; where that is not known, its package's name.

    Args:
        installed: its path from where packages are installed, such as "click/_compat.py".
    """
    name, version = distribution_of(installed)
    return (name, version) if name else (installed.partition("/")[0].removesuffix(".py"), "")


def whose(
    result: Result,
    root: Path,
    *,
    file_of: Callable[[str], str] = file_of_module,
    distribution: Callable[[str], tuple[str, str]] = distribution_or_package,
) -> Whose:
    """Who has to look at a leaking result.

    Args:
        result: a leak.
        root: the project's folder.
        file_of: a module's source file by its name.
        distribution: the distribution and version of an installed file.
    """
    entry = known(result)
    if entry is not None:
        version = platform.python_version()
        return Whose(Owner.INTERPRETER, "CPython", version, known=entry.sentence)
    held = next((one for one in result.containers if one.path), None)
    if held is not None:
        fixture = _FIXTURE.match(held.path)
        if fixture is not None:
            return Whose(Owner.FIXTURE, fixture["name"], scope=fixture["scope"])
        if held.module:
            return _of_file(file_of(held.module), held.module, root, distribution)
    sites = leaking_sites(result)
    frame = _blamed(sites, root) or _counted(result)
    if result.without_body and sites and (frame is None or not is_written(frame, root)):
        # Neither the test nor anybody's fixture is in it, only what sets them up.
        return Whose(Owner.HARNESS, "pytest")
    if frame is None:
        return _of_library(sites)
    return _of_file(frame.file, "", root, distribution)


def _of_library(sites: Sequence[Site]) -> Whose:
    """Whose the library is that took memory where no Python code ran."""
    for site in sites:
        frame = taker(site.native_frames) if site.grows else None
        if frame is not None and frame.distribution:
            return Whose(Owner.DEPENDENCY, frame.distribution, frame.version)
    return Whose(Owner.UNKNOWN)


def in_words(one: Whose) -> str:
    """Such as "dependency click 8.5.1", "fixture `db` (session)", "interpreter CPython 3.12.1"."""
    if one.owner is Owner.FIXTURE:
        return f"fixture `{one.name}` ({one.scope})"
    if one.owner is Owner.HARNESS:
        return "leakcheck or pytest; a bug of ours, please report it"
    return " ".join(word for word in (one.owner.value, one.name, one.version) if word)


def _of_file(
    file: str, module: str, root: Path, distribution: Callable[[str], tuple[str, str]]
) -> Whose:
    """Whose a source file is; of a module without one, the standard library's."""
    if not file:
        return Whose(Owner.STDLIB, module)
    frame = Frame(file, "", 1)
    if is_project(frame, root):
        inside = relative(file, root) or file
        if TEST_FILE.search(inside) or _TEST_FOLDER.search(inside):
            return Whose(Owner.TEST, inside)
        return Whose(Owner.PROJECT, inside)
    installed = installed_path(frame)
    if is_harness(frame):
        found = Whose(Owner.HARNESS, owner(frame))
    elif file.startswith("<frozen") or (installed is not None and "-packages/" not in file):
        found = Whose(Owner.STDLIB, module or owner(frame))
    elif installed is not None:
        name, version = distribution(installed)
        found = Whose(Owner.DEPENDENCY, name, version)
    else:
        found = Whose(Owner.UNKNOWN, module or owner(frame))
    return found


def _blamed(sites: Sequence[Site], root: Path) -> Frame | None:
    """The innermost frame that somebody wrote for this program, of the largest growing site."""
    growing = [site for site in sites if site.grows] or list(sites)
    return next(
        (
            frame
            for wanted in (is_written, _is_any)
            for site in growing
            for frame in reversed(site.frames)
            if frame.file and wanted(frame, root)
        ),
        None,
    )


def _counted(result: Result) -> Frame | None:
    """The line that leaves an object's reference count higher."""
    return next((one.frame for one in result.counts if one.frame is not None), None)


def is_written(frame: Frame, root: Path) -> bool:
    """Somebody wrote it for this program: it is the project's, or installed and runs no tests."""
    if is_project(frame, root):
        return True
    return not is_harness(frame) and "-packages/" in frame.file


def _is_any(frame: Frame, _root: Path) -> bool:
    return not is_harness(frame)
