# SPDX-License-Identifier: MIT
"""A check whose own memory runs out says so; it never says a wrong verdict and harms nobody."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="session")
def failing_sampler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sampler, built with tests/ext/mem_failing.c in place of csrc/core/mem.c."""
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        pytest.skip(f"no C compiler ({compiler}) to build the sampler with failing memory")
    pytest.importorskip("setuptools", reason="no setuptools to build the sampler")
    target = tmp_path_factory.mktemp("failing")
    command = [sys.executable, "setup.py", "-q", "build_ext"]
    command += ["--build-lib", str(target / "lib"), "--build-temp", str(target / "temp")]
    environment = os.environ | {"LEAKCHECK_MEM": "tests/ext/mem_failing.c"}
    built = subprocess.run(
        command,
        cwd=ROOT,
        env={name: value for name, value in environment.items() if name != "LD_PRELOAD"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert built.returncode == 0, built.stderr
    (extension,) = (target / "lib" / "leakcheck").glob("_core*")
    return extension


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "fates"),
    [(1, {"MemoryError", "inconclusive"}), (0, {"MemoryError"})],
    ids=["one request fails", "all that follow fail"],  # A mark needs memory, so none ends well.
)
def test_no_request_of_ours_that_fails_makes_a_wrong_verdict(
    failing_sampler: Path, count: int, fates: set[str]
) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "out_of_memory.py"), str(failing_sampler), str(count)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    leaking, quiet, searched = json.loads(done.stdout)
    assert leaking.pop("undisturbed: leak") == 1
    assert quiet.pop("undisturbed: clean") == 1
    for seen in (leaking, quiet):
        assert set(seen) == fates
        assert min(seen.values()) > 5
    assert searched.pop("undisturbed: found") == 1
    assert set(searched) == {"MemoryError"}
    assert searched["MemoryError"] > 5
