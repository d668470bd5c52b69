# SPDX-License-Identifier: MIT
"""Finds the line that leaks: runs a callable again and again and judges what stays alive.

`check(function)` measures a callable and returns a `Result`; `@leakcheck` makes one test fail
when it leaks. Importing this package loads neither the C sampler nor pytest.
"""

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from leakcheck.api import check, holders
    from leakcheck.config import Settings
    from leakcheck.decorator import leakcheck
    from leakcheck.errors import BlindError, LeakcheckError, LeakError, UsageError
    from leakcheck.model import Frame, Holding, Phase, Reading, Result, Site, Verdict
    from leakcheck.probe import Probe

__version__: Final = "0.1.0.dev0"

__all__ = [
    "BlindError",
    "Frame",
    "Holding",
    "LeakError",
    "LeakcheckError",
    "Phase",
    "Probe",
    "Reading",
    "Result",
    "Settings",
    "Site",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "holders",
    "leakcheck",
]

_HOMES: Final = {
    "leakcheck.api": ("check", "holders"),
    "leakcheck.config": ("Settings",),
    "leakcheck.decorator": ("leakcheck",),
    "leakcheck.errors": ("BlindError", "LeakError", "LeakcheckError", "UsageError"),
    "leakcheck.model": ("Frame", "Holding", "Phase", "Reading", "Result", "Site", "Verdict"),
    "leakcheck.probe": ("Probe",),
}
"""Where the names come from. pytest imports this package in every session, whether it is used or not."""


def __getattr__(name: str) -> object:
    """A public name, fetched when it is first asked for."""
    for home, names in _HOMES.items():
        if name in names:
            found: object = getattr(importlib.import_module(home), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module 'leakcheck' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
