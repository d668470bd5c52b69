# SPDX-License-Identifier: MIT
"""The stacks that a leak goes by: those that keep blocks, or those that opened what a probe counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakcheck.model import Metric, Site

if TYPE_CHECKING:
    from leakcheck.model import Result


def leaking_sites(result: Result) -> tuple[Site, ...]:
    """The sites of a leak of memory; of what a probe counts, each stack that opened it as one.

    Native blocks have sites of their own.

    Such a site has no blocks and no series, only its stack.
    """
    if result.metric is not Metric.PROBE:
        return result.sites
    native = tuple(one for one in result.sites if one.native)
    if native:
        return native
    return tuple(
        Site(
            frames=one.frames,
            truncated=False,
            blocks=0,
            bytes=0,
            series=(),
            grows=True,
            exact=False,
            rate=one.count / one.runs if one.runs else 0.0,
        )
        for one in result.opened
        if one.frames
    )
