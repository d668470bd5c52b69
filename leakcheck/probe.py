# SPDX-License-Identifier: MIT
"""What a probe is: a count of something outside of the Python heap that can leak."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakcheck.errors import ProbeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from typing import TypeAlias

    Probes: TypeAlias = "str | Sequence[str | Probe]"
    """How probes are chosen: names with commas between them, or names and probes."""

MOST_PROBES: Final = 12
"""So many probes can be asked in one check."""
RESERVED: Final = ("all", "none", "default")
"""Words that choose probes, so no probe may be named so."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _nothing() -> None:
    """What a probe does that has nothing to follow."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Something that is counted beside memory, and judged like it: its growth a run.

    Attributes:
        name: as on the command line: small letters, digits and hyphens.
        unit, units: what one and what several of it are called, such as "descriptor" and
            "descriptors".
        read: how many there are now. It is called often, so it must be quick, must keep nothing
            that it made, and returns an int.
        scale: so much of what `read` gives is one unit, such as the bytes of a page.
        there: those there are now, each by a key that stays the same, with what to call it, such
            as a descriptor by its number and its file; None where only their number is known.
        traced: a trace has what it counts, block by block, as sites of the result that are native.
        begin, end: called before the first run of a check and after its last, for a probe that
            counts only what is made in between.
        room: called before the many runs that confirm a leak of it, so that the process may have
            so many; does what it can and never raises.

    Raises:
        UsageError: the name, the units or the scale can't be used.
    """

    name: str
    unit: str
    units: str
    read: Callable[[], int]
    scale: int = 1
    there: Callable[[], Mapping[Hashable, str]] | None = None
    traced: bool = False
    begin: Callable[[], None] = _nothing
    end: Callable[[], None] = _nothing
    room: Callable[[], None] = _nothing

    def __post_init__(self) -> None:
        """Refuse what can't be asked or shown."""
        if not (isinstance(self.name, str) and _NAME.fullmatch(self.name)):
            raise UsageError(
                f"a probe's name must be small letters, digits and hyphens, not {self.name!r}"
            )
        if self.name in RESERVED:
            raise UsageError(f"a probe can't be named {self.name!r}: that word chooses probes")
        if not all(isinstance(one, str) and one.strip() for one in (self.unit, self.units)):
            raise UsageError(f"the probe {self.name} needs words for its unit: unit= and units=")
        if isinstance(self.scale, bool) or not isinstance(self.scale, int) or self.scale < 1:
            raise UsageError(
                f"the scale of the probe {self.name} must be a whole number over 0, "
                f"not {self.scale!r}"
            )
        if not callable(self.read):
            raise UsageError(f"the read of the probe {self.name} must be a function")

    def __hash__(self) -> int:
        """By its name: what reads a probe may be a C function, which has no hash of its own."""
        return hash(self.name)

    def asked(self) -> int:
        """How many units there are now.

        Raises:
            ProbeError: `read` raised, or gave something else than an int.
        """
        try:
            found = self.read()
        except Exception as error:
            raise ProbeError(
                f"the probe {self.name} can't be read: {type(error).__name__}: {error}; leave it "
                "out of leakcheck's probes, or mend it"
            ) from error
        if type(found) is not int:
            raise ProbeError(
                f"the probe {self.name} must give an int, not {found!r:.60}; leave it out of "
                "leakcheck's probes, or mend it"
            )
        return found // self.scale


def begun(probes: Sequence[Probe]) -> ProbeError | None:
    """Begin all; None, or why nothing can be said because one of them can't."""
    for one in probes:
        try:
            one.begin()
        except Exception as error:
            return ProbeError(
                f"the probe {one.name} can't begin: {type(error).__name__}: {error}; leave it out "
                "of leakcheck's probes, or mend it"
            )
    return None


def ended(probes: Sequence[Probe]) -> None:
    """End all; one that can't is told by a warning, for the others have to end too."""
    for one in probes:
        try:
            one.end()
        except Exception as error:
            warnings.warn(
                f"the probe {one.name} can't end: {type(error).__name__}: {error}",
                RuntimeWarning,
                stacklevel=2,
            )
