# SPDX-License-Identifier: MIT
"""Leaks of all kinds have one fingerprint each, the same on every CPython that is built here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.judge.causes import measured
from tests.unit.unchecked import LONG

ROOT = Path(__file__).parents[3]
ASK = "import sys, sysconfig; print(sys.version_info[:2], sysconfig.get_config_var('EXT_SUFFIX'))"


def pythons() -> list[str]:
    """Those told, all of which must do; else those of build/venv with a sampler that is not old."""
    told = os.environ.get("LEAKCHECK_PYTHONS", "").split()
    if told:
        return told
    newest = max(path.stat().st_mtime for path in ROOT.glob("csrc/*/*.[ch]"))
    found: dict[str, str] = {}
    for python in [sys.executable, *map(str, sorted(ROOT.glob("build/venv/3.*/bin/python")))]:
        said = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=True)
        version, _, suffix = said.stdout.strip().rpartition(" ")
        sampler = ROOT / "leakcheck" / f"_core{suffix}"
        if sampler.exists() and sampler.stat().st_mtime >= newest:
            found.setdefault(version, python)
    return list(found.values())


@LONG
def test_every_leak_has_a_fingerprint_of_its_own() -> None:
    found = measured(sys.executable)
    assert [cause for fingerprint, cause, _ in found.values() if fingerprint is None] == []
    assert len({fingerprint for fingerprint, _, _ in found.values()}) == len(found) > 30


@LONG
def test_fingerprints_and_hints_are_the_same_on_each_version() -> None:
    others = pythons()
    if len(others) < 2:
        pytest.skip("the sampler is built for one CPython here")
    first, *rest = [measured(python) for python in others]
    for found in rest:
        assert found == first
