# SPDX-License-Identifier: MIT
"""A leak is a leak also where telling more about it fails."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

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
