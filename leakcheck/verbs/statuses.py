# SPDX-License-Identifier: MIT
"""How a verb ends: its exit statuses, and one line on stderr."""

from __future__ import annotations

import sys
from typing import Final

CLEAN: Final = 0
LEAK: Final = 1
USAGE: Final = 2
INTERNAL: Final = 3
BLIND: Final = 4
NOTHING: Final = 5
"""Nothing could be measured."""
INTERRUPTED: Final = 130


def say(sentence: str, status: int) -> int:
    """One line on stderr; the status, for the caller to return."""
    sys.stderr.write(f"leakcheck: {sentence.removeprefix('leakcheck ')}\n")
    return status
