# SPDX-License-Identifier: MIT
"""The tests on CPythons of a chroot: where they can't run, that is said, and never passed over."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STUBS = {
    "as another user": ({"id": "echo 1000"}, "a chroot needs root"),
    "in a container": ({"id": "echo 0", "unshare": "exit 1"}, "no mounts of one's own"),
    "on another system": ({"id": "echo 0"}, "are needed and not all here; install them"),
}


def run(bin_folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The script with nothing to call but what the folder holds and a few of the system's."""
    for name in ("bash", "dirname", "cat"):
        found = shutil.which(name)
        assert found is not None
        (bin_folder / name).symlink_to(found)
    return subprocess.run(
        ["bash", ROOT / "ci" / "pythons.sh", *arguments],
        env={"PATH": str(bin_folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("place", STUBS)
def test_what_cannot_be_measured_is_said_and_fails(place: str, tmp_path: Path) -> None:
    stubs, reason = STUBS[place]
    for name, does in stubs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    done = run(tmp_path, "3.15")
    assert done.returncode == 1
    assert done.stdout == ""
    (said,) = done.stderr.splitlines()
    assert said.startswith("ci/pythons.sh: CPython 3.15 not measured: ")
    assert reason in said


def test_a_version_that_it_has_not_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "3.13")
    assert done.returncode == 2
    assert "'3.13' is none of 3.14 3.15" in done.stderr


def test_the_full_check_asks_for_each_version_that_it_has() -> None:
    script = (ROOT / "ci" / "pythons.sh").read_text(encoding="utf-8")
    known = next(line for line in script.splitlines() if line.startswith("KNOWN="))
    versions = known.removeprefix("KNOWN=(").removesuffix(")")
    check = (ROOT / "ci" / "check.sh").read_text(encoding="utf-8")
    assert f"for version in {versions}; do" in check
