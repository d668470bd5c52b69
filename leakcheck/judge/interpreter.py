# SPDX-License-Identifier: MIT
"""Leaks of CPython itself that are known: a small table, bound to versions.

Each entry has a test in tests/unit/judge/test_interpreter.py that shows the growth on the
interpreters at hand by a plain loop, and that it is not there on the others.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck.model import Result

Version = tuple[int, int, int]

INTERNED_SHARE: Final = 0.8
"""Part of the growth that interned strings must be to explain it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known leak.

    Attributes:
        name: short, for the result.
        since, before: versions that have it; `before` is the first without.
        sentence: for people, with where CPython's developers discuss it.
        shows: whether a leaking result is this one.
    """

    name: str
    since: Version
    before: Version
    sentence: str
    shows: Callable[[Result], bool]


def _interned(result: Result) -> bool:
    """Nothing that Python code reaches grows, and the interned strings are the growth."""
    return not result.containers and 0 < INTERNED_SHARE * result.rate <= result.interned


def _importer_cache(result: Result) -> bool:
    held = [result.cache, *(one.path for one in result.containers[:1])]
    return "sys.path_importer_cache" in held


TABLE: Final = (
    Entry(
        name="interned strings",
        since=(3, 12, 0),
        before=(3, 12, 7),
        sentence=(
            "CPython 3.12.0 to 3.12.6 never frees an interned string (parts of paths, names of "
            "attributes, constants of compiled code); see CPython's gh-113993"
        ),
        shows=_interned,
    ),
    Entry(
        name="names of compiled code",
        since=(3, 12, 7),
        before=(3, 16, 0),
        sentence=(
            "CPython keeps the names in compiled code for ever, so code that is compiled with new "
            "names in each run grows; see CPython's gh-113993"
        ),
        shows=_interned,
    ),
    Entry(
        name="sys.path_importer_cache",
        since=(3, 11, 0),
        before=(3, 16, 0),
        sentence=(
            "CPython keeps an entry in sys.path_importer_cache for every folder or archive that "
            "something was ever imported from; a run that imports from a new folder adds one"
        ),
        shows=_importer_cache,
    ),
)


def known(result: Result, version: Version | None = None) -> Entry | None:
    """The entry that explains a leaking result; None when there is none.

    Args:
        result: a leak.
        version: of CPython; the running one by default.
    """
    running = version or sys.version_info[:3]
    return next(
        (one for one in TABLE if one.since <= running < one.before and one.shows(result)), None
    )
