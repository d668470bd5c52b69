# SPDX-License-Identifier: MIT
"""Lists of the harness that are in no check's count of references.

A test runner keeps some lists of each test and of each of its reports until the session ends. Every
reading of a check adds up the entries of all lists there are, so these alone would make each
test slower than the one before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakcheck.measure.able import load_core

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


class Bystanders:
    """Keeps the sampler from counting them.

    Args:
        every: all such lists that there are now; what is no list is passed over. Asked for after
            each full collection of the program's, when the sampler counts them again.
    """

    def __init__(self, every: Callable[[], list[object]]) -> None:
        self._every = every
        self._sortings = 0
        self._core: ModuleType | None = None

    def more(self, lists: list[object]) -> None:
        """These have come to be. Nothing to do before the first check.

        A test may still have its hands on the interpreter, so nothing is loaded or looked at here.

        Args:
            lists: likewise.
        """
        if self._core is not None:
            self._core.leave_out(lists)

    def refresh(self) -> None:
        """A check begins; to be called while none is open.

        Raises:
            BlindError: the sampler can't be loaded.
        """
        core = self._core = load_core()
        sortings = core.sortings()
        if sortings != self._sortings and core.leave_out([]) and core.leave_out(self._every()):
            self._sortings = sortings
