# SPDX-License-Identifier: MIT
"""Python with the shim preloaded, and what native_listened.py told there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTENED = Path(__file__).with_name("native_listened.py")
FOUND = find_spec("leakcheck._shim")
SHIM = FOUND.origin if FOUND is not None else None
ASAN = "libasan" in os.environ.get("LD_PRELOAD", "")
HEARS = pytest.mark.skipif(
    SHIM is None or ASAN, reason="no shim for this C library, or ASan stands in its place"
)


def preloaded(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    assert SHIM is not None
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"LD_PRELOAD": SHIM} | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def told_of(library: Path, way: str) -> list[dict[str, Any]]:
    """What was found with the interpreter lock and without, where a block is kept and where not."""
    done = preloaded(str(LISTENED), str(library), way)
    assert done.returncode == 0, done.stderr
    told: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["held"], one["keep"]) for one in told] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ]
    return told
