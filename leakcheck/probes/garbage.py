# SPDX-License-Identifier: MIT
"""Objects that the cycle collector found and could not free: `gc.garbage`."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from leakcheck.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Hashable

_garbage = gc.garbage  # The collector's own list, whatever the module's name leads to later.


def _there() -> dict[Hashable, str]:
    """Each by where it is and its type; no code of its class runs."""
    return {id(one): str(type.__getattribute__(type(one), "__qualname__")) for one in _garbage}


def garbage() -> Probe:
    """The probe."""
    name = "uncollectable object"
    return Probe("garbage", name, f"{name}s", _garbage.__len__, there=_there)
