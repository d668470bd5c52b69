# SPDX-License-Identifier: MIT
"""Which interpreters a check takes where it is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def found(told: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", "set -euo pipefail; . ci/lib.sh; find_pythons"],
        cwd=ROOT,
        env=dict(os.environ, LEAKCHECK_PYTHONS=told),
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_paths_given_take_the_place_of_the_search() -> None:
    assert found(f"{sys.executable} {sys.executable}").stdout.split() == [sys.executable] * 2


def test_what_is_no_program_is_named_and_nothing_is_taken() -> None:
    done = found(f"{sys.executable} 3.13")
    assert done.stdout == ""
    assert "LEAKCHECK_PYTHONS: '3.13' is no program; give paths" in done.stderr
