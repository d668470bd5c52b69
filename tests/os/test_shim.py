# SPDX-License-Identifier: MIT
"""The shim stands what programs do: threads by the dozen, forks, handlers, pages that go one by one."""

from __future__ import annotations

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.ext.preloading import FOUND, HEARS, preloaded, told_of

HERE = Path(__file__).parent
SOURCE = HERE / "hazards.c"
CORE = find_spec("leakcheck._core")

pytestmark = HEARS

HAZARDS = re.findall(r"^body_(\w+)\(int keep\)$", SOURCE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hazards")
    for name in ("hazards", "visitor"):
        command = ["gcc", "-std=c11", "-O1", "-g", "-Wall", "-Werror", "-shared", "-fPIC"]
        command += ["-pthread", "-o", f"{folder / name}.so", str(HERE / f"{name}.c")]
        subprocess.run(command, check=True)
    return folder / "hazards.so"


@pytest.mark.parametrize("hazard", HAZARDS)
def test_what_is_kept_is_a_leak_and_the_hazard_alone_is_clean(library: Path, hazard: str) -> None:
    told = told_of(library, hazard)
    for one in told:
        if not one["keep"]:
            assert one["verdict"] == 0, one
        else:
            assert (one["verdict"], one["metric"], one["exact"]) == (1, 5, True), one
            assert ["main.<locals>.body", one["line"]] in [path[-1] for path in one["sites"]]


def test_a_handler_that_maps_breaks_in_on_pythons_own_allocations(library: Path) -> None:
    """No run hangs, and what the handler gave back is not counted."""
    code = f"""
import ctypes
from leakcheck import _core
_core.native_listen()
library = ctypes.PyDLL({str(library)!r})
def body():
    library.start_timer()
    for _ in range(20):
        kept = [[str(number)] for number in range(2000)]
    library.stop_timer()
check = _core.Check(mode=_core.MODE_FIXED, iterations=60, probes=(_core.native_blocks,))
before = _core.native_blocks()
check.drive(body)
found = check.result()
print(found["verdict"], _core.native_blocks() - before)
"""
    done = preloaded("-c", code)
    verdict, more = map(int, done.stdout.split())
    assert (verdict, done.returncode) in {(0, 0), (2, 0)}, done.stderr
    assert abs(more) < 60, "a block stays or goes with each run"


def test_where_the_loader_makes_thread_local_storage_none_of_ours_is_in_the_way() -> None:
    """Ours has a fixed place: to ask for it must not call the loader, which calls free."""
    for found in (FOUND, CORE):
        assert found is not None
        assert found.origin is not None
        assert b"__tls_get_addr" not in Path(found.origin).read_bytes()
