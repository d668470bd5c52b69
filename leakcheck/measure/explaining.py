# SPDX-License-Identifier: MIT
"""What lies in the blocks that leak; and a leak is a leak also where telling of it fails."""

from __future__ import annotations

import dataclasses
import warnings
from typing import TYPE_CHECKING, Final, TypeVar

from leakcheck.measure.holding import CUT, MAX_SECONDS
from leakcheck.measure.kept import kept
from leakcheck.model import Metric, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from leakcheck._core import Check
    from leakcheck.measure.raw import RawResult
    from leakcheck.model import Result

UNASKED: Final = (
    f"what lies in the blocks was not found in {MAX_SECONDS:g} s, or they are over two million"
)
_T = TypeVar("_T")


def told(say: Callable[[], _T], otherwise: _T) -> _T:
    """What `say` returns, or `otherwise` with a warning where it raises.

    The objects of a leak are anything that a program can make. One that we can't read is a fault
    of ours, to be reported, but no reason to lose the verdict and the session.
    """
    try:
        return say()
    except Exception as error:
        warnings.warn(
            f"leakcheck could not tell what a leak keeps: {type(error).__name__}: {error}; the "
            "verdict stands; please report this with the objects that leak",
            RuntimeWarning,
            stacklevel=2,
        )
        return otherwise


def with_objects(
    check: Check,
    raw: RawResult,
    result: Result,
    roots: Callable[[], Mapping[str, object]] | None,
) -> Result:
    """The result of a leak with the objects in its blocks, asked while they are as traced.

    Args:
        check: has just ended; nothing else has run since.
        raw: its result.
        result: made from it.
        roots: further places where paths may begin, by the name to show.
    """
    if result.verdict is not Verdict.LEAK or result.metric is Metric.PROBE:
        return result
    owners = check.owners(MAX_SECONDS)
    named = roots() if roots else {}
    stayed, unowned, cut = told(
        lambda: kept(owners or [], raw, result, named), (result.survivors, 0, False)
    )
    more = (*([UNASKED] if owners is None else []), *([CUT] if cut else []))
    unexplained = (*result.unexplained, *more)
    return dataclasses.replace(result, survivors=stayed, unowned=unowned, unexplained=unexplained)
