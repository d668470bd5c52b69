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

from tests.ext.preloading import HEARS, preloaded

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FLAGS = "-std=c11 -O1 -g -Wall -Werror -shared -fPIC -pthread -fno-optimize-sibling-calls".split()


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


@pytest.fixture(scope="session")
def needy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that needs much memory and tells how often it did not get any."""
    built = tmp_path_factory.mktemp("needy") / "needy.so"
    subprocess.run(["gcc", *FLAGS, "-o", str(built), str(HERE / "native_needy.c")], check=True)
    return built


@HEARS
@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 0], ids=["one request fails", "all that follow fail"])
def test_where_native_memory_is_heard_what_could_not_be_recorded_is_told(
    failing_sampler: Path, needy: Path, count: int
) -> None:
    """Each request of the library is served, and none is missing in the count."""
    script = str(HERE / "out_of_native_memory.py")
    done = preloaded(script, str(failing_sampler), str(needy), str(count))
    assert done.returncode == 0, done.stderr
    listened, leaking, quiet = json.loads(done.stdout)
    assert listened.pop("undisturbed: heard") == 1
    assert listened["MemoryError"] >= 1, "to hear only a part would be a wrong verdict later"
    for seen, ended in ((leaking, "leak"), (quiet, "nothing follows")):
        assert seen.pop(f"undisturbed: {ended}") == 1
        fates = {"MemoryError"}
        if count == 1:  # Later a mark needs memory, so none ends well.
            fates |= {"inconclusive", f"{ended}, stacks missing"}
        assert set(seen) == fates
        assert min(seen.values()) > 5


@HEARS
def test_mappings_beyond_the_room_for_them_leave_no_check_clean(needy: Path) -> None:
    code = f"""
import ctypes
from leakcheck.config import Settings
from leakcheck.measure.protocol import check_callable
from leakcheck.probes.native import with_native
from leakcheck.probes.preload import ensure_listening
ensure_listening()
library = ctypes.CDLL({str(needy)!r})
assert library.map_many((1 << 17) - 50) == 0
def body():
    assert library.map_one() == 0
for count in (0, 100):
    assert count == 0 or library.map_many(count) == 0
    result = check_callable(body if count else lambda: None, with_native(Settings(max_time=60.0)))
    print(result.verdict, result.dropped > 0, result.reason)
"""
    done = preloaded("-c", code)
    assert done.returncode == 0, done.stderr
    fits, full = done.stdout.splitlines()
    assert fits.startswith("clean False")
    assert full.startswith("inconclusive True")
    assert "no room for so many mappings" in full
