# SPDX-License-Identifier: MIT
"""Native stacks as the sampler took them: which object each address lies in.

Asked while the process is as it was in the trace. Which functions and lines these are is looked up
later, and only for what is reported: native_names.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from leakcheck.measure.able import load_core
from leakcheck.model import NativeFrame

if TYPE_CHECKING:
    from leakcheck.measure.raw import RawPlace

UNSOUND: Final = (
    "the native stacks are not shown: a library was unloaded while they were taken, so what lies "
    "at their addresses now need not be what called"
)
UNPLACED: Final = (
    "{count:,} native blocks were recorded without their native stacks: memory ran out, or there were "
    "more stacks than are kept"
)
_PROGRAM: Final = "/proc/self/exe"


class Places:
    """Frames by address, each asked for once.

    Args:
        sound: what lies at the addresses is what lay there when they were taken; if not, no stack
            is told.
    """

    def __init__(self, *, sound: bool) -> None:
        self._sound = sound
        self._known: dict[int, NativeFrame] = {}

    def of(self, addresses: tuple[int, ...]) -> tuple[NativeFrame, ...]:
        """The frames of a stack, with the names that libraries export."""
        if not self._sound:
            return ()
        new = [one for one in dict.fromkeys(addresses) if one not in self._known]
        found = load_core().native_places(new)
        self._known |= {one: _frame(place) for one, place in zip(new, found, strict=True)}
        return tuple(self._known[one] for one in addresses)


def _frame(place: RawPlace | None) -> NativeFrame:
    if place is None:
        return NativeFrame("")
    file, offset, symbol, build_id = place
    library = file or os.path.realpath(_PROGRAM)
    return NativeFrame(library, offset, function=symbol, build_id=build_id.hex())
