# SPDX-License-Identifier: MIT
"""A series of counts as one line of bars."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 24
"""Most bars in a line."""

_UNICODE: Final = "▁▂▃▄▅▆▇█"
_ASCII: Final = "_.-=+*%#"


def sparkline(
    values: Sequence[int],
    at: Sequence[int] = (),
    *,
    unicode: bool = True,
    width: int = WIDTH,
) -> str:
    """At most `width` bars from the smallest to the largest value; empty without values.

    Args:
        values: the counts, in order.
        at: runs done at each value. Windows double, so bars are spread over the runs and not
            over the values: a steady leak is then a straight slope. Ignored unless it rises and
            has one entry a value.
        unicode: block characters, or ASCII.
        width: most bars.
    """
    if not values or width < 1:
        return ""
    ramp = _UNICODE if unicode else _ASCII
    drawn = _spread(values, at if _rises(at, len(values)) else range(len(values)), width)
    low, high = min(values), max(values)
    if low == high:
        return ramp[0] * len(drawn)
    steps = len(ramp) - 1
    return "".join(ramp[min(steps, int((value - low) / (high - low) * steps))] for value in drawn)


def _rises(at: Sequence[int], wanted: int) -> bool:
    return len(at) == wanted and all(a < b for a, b in itertools.pairwise(at))


def _spread(values: Sequence[int], at: Sequence[int], width: int) -> list[float]:
    """The values on a line through the points, at evenly spaced runs."""
    bars = min(width, len(values))
    if bars == 1:
        return [values[-1]]
    drawn: list[float] = []
    left = 0
    for bar in range(bars):
        runs = at[0] + (at[-1] - at[0]) * bar / (bars - 1)
        while left < len(at) - 2 and at[left + 1] <= runs:
            left += 1
        share = min(1.0, (runs - at[left]) / (at[left + 1] - at[left]))
        drawn.append(values[left] + (values[left + 1] - values[left]) * share)
    return drawn
