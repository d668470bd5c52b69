# SPDX-License-Identifier: MIT
"""What the heap holds at the first reading is what it holds after a run that leaves nothing."""

from __future__ import annotations

import sys
from types import FrameType

from leakcheck import _core


def test_a_body_that_walks_the_frames_below_it_leaves_nothing() -> None:
    def body() -> None:
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            frame = frame.f_back

    check = _core.Check(mode=_core.MODE_ADAPTIVE, rate=0.3)
    check.drive(body)
    assert len({reading[2] for reading in check.result()["readings"]}) == 1
