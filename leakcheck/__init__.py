# SPDX-License-Identifier: MIT
"""Finds the line that leaks: runs a callable again and again and judges what stays alive.

`check(function)` measures a callable and returns a `Result`; `@leakcheck` makes one test fail
when it leaks. Importing this package loads neither the C sampler nor pytest.
"""

from typing import Final

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
