# SPDX-License-Identifier: MIT
"""Native memory: blocks and mappings that libraries took from the C library and still have."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from leakcheck.errors import BlindError
from leakcheck.measure.able import load_core
from leakcheck.probe import Probe
from leakcheck.probes.preload import listening

if TYPE_CHECKING:
    from leakcheck.config import Settings

NAME: Final = "native"


def native() -> Probe:
    """The probe, for a process in which the shim is preloaded (preload.py)."""
    return Probe(NAME, "native block", "native blocks", load_core().native_blocks, traced=True)


def with_native(settings: Settings) -> Settings:
    """The settings with this probe too."""
    if any(one.name == NAME for one in settings.probes):
        return settings
    return dataclasses.replace(settings, probes=(*settings.probes, native()))


def able() -> bool:
    """Native memory is heard in this process."""
    try:
        return listening()
    except BlindError:  # Nothing can be measured here, which whoever measures says.
        return False
