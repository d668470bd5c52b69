# SPDX-License-Identifier: MIT
"""Which distribution installed a file, and its version: for Python sources and native libraries."""

from __future__ import annotations

import contextlib
import functools
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@functools.cache
def distribution_of(installed: str) -> tuple[str, str]:
    """(name, version) of the distribution that installed a file; empty where none is known.

    Args:
        installed: its path from where packages are installed, with slashes, such as
            "click/_compat.py". Where several distributions share its first folder, the one that
            lists it is taken, and the first of them where none does.
    """
    package = installed.partition("/")[0].partition(".")[0]
    found = list(_found(_distributions().get(package, [])))
    listing = [one for one in found if len(found) > 1 and _lists(one[1], installed)]
    for name, distribution in listing or found:
        return name, distribution.version
    return "", ""


def distribution_named(name: str) -> tuple[str, str]:
    """The same of a distribution by its name, in any spelling; empty where there is none."""
    for _, distribution in _found([name]):
        return distribution.name, distribution.version
    return "", ""


def _found(names: list[str]) -> Iterator[tuple[str, metadata.Distribution]]:
    for name in dict.fromkeys(names):
        with contextlib.suppress(metadata.PackageNotFoundError, ValueError):  # "" is no name.
            yield name, metadata.distribution(name)


def _lists(distribution: metadata.Distribution, installed: str) -> bool:
    return any(path.as_posix() == installed for path in distribution.files or ())


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())
