# SPDX-License-Identifier: MIT
"""Native memory is counted block by block, at the Python line that called, where it is heard."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from leakcheck import _core
from tests.ext.preloading import HEARS, SHIM, preloaded, told_of

HERE = Path(__file__).parent
SOURCE = HERE / "native_body.c"

pytestmark = HEARS

WAYS = re.findall(r"^body_(\w+)\(int keep\)$", SOURCE.read_text(encoding="utf-8"), re.MULTILINE)
UNKNOWN = {"foreign_thread"}
"""What takes memory where no Python stack is."""
BY_MALLOC = {"foreign_thread", "storm", "fork", "signals", "libraries"}
"""What has body_malloc take it."""
UNLOADING = {"libraries"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("native") / "body.so"
    command = ["gcc", "-std=c11", "-O1", "-g", "-Wall", "-shared", "-fPIC", "-pthread"]
    command += ["-fno-optimize-sibling-calls"]  # So that each function has its frame.
    subprocess.run([*command, "-o", str(built), str(SOURCE)], check=True)
    return built


def test_without_the_shim_nothing_is_heard() -> None:
    assert _core.native_listen() is False
    assert _core.native_blocks() == 0


def test_a_preloaded_shim_without_a_listener_changes_nothing() -> None:
    done = preloaded("-c", "import os, socket, threading; print(os.environ['LD_PRELOAD'])")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, SHIM, "")


@pytest.mark.parametrize("way", WAYS)
def test_what_is_kept_is_a_leak_at_its_line_and_what_is_given_back_is_clean(
    library: Path, way: str
) -> None:
    told = told_of(library, way)
    for one in told:
        assert one["dropped"] == 0
        if not one["keep"]:
            assert one["verdict"] == 0, one
            continue
        assert (one["verdict"], one["metric"], one["exact"]) == (1, 5, True), one
        assert one["sound"] is (way not in UNLOADING)
        taker = "body_malloc" if way in BY_MALLOC else f"body_{way}"
        assert taker in [calls[-1] for calls in one["calls"]]
        assert way in UNKNOWN or any(f"body_{way}" in calls for calls in one["calls"])
        if way in UNKNOWN:
            assert [] in one["sites"]
        else:
            assert ["main.<locals>.body", one["line"]] in [path[-1] for path in one["sites"]]


def test_room_that_python_maps_for_its_own_blocks_is_not_native() -> None:
    code = (
        "from leakcheck import _core; _core.native_listen(); before = _core.native_blocks(); "
        "kept = [object() for _ in range(10**6)]; print(_core.native_blocks() - before)"
    )
    done = preloaded("-c", code)
    assert done.stdout == "0\n", done.stderr


def test_what_the_interpreter_takes_itself_is_told_by_the_library_that_called_it() -> None:
    code = """
import ctypes
from leakcheck import _core
_core.native_listen()
arenas = (ctypes.c_void_p * 3)()
ctypes.pythonapi.PyObject_GetArenaAllocator(arenas)
context, take, _ = arenas
take = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)(take)
check = _core.Check(mode=_core.MODE_FIXED, iterations=20)
check.drive(lambda: take(context, 16384))
for *_, book, blocks, sizes, native in check.result()["sites"]:
    if book == 2 and blocks[-1] - blocks[0] >= 20:
        print([place[0].rpartition("/")[2] for place in _core.native_places(native)])
"""
    done = preloaded("-c", code)
    assert done.stdout.startswith("['_ctypes."), done.stdout + done.stderr
    innermost = done.stdout.rpartition(", ")[2].strip("'] \n")
    assert innermost == "" or "python" in innermost, "the interpreter, alone or in a library"
    assert "_core." not in done.stdout, "our own hook of it is no part of the stack"


def test_the_samplers_own_memory_is_not_native(library: Path) -> None:
    code = f"""
import ctypes
from leakcheck import _core
_core.native_listen()
take = ctypes.PyDLL({str(library)!r}).body_malloc
seen = []
def body(): take(0); seen.append(_core.native_blocks())
check = _core.Check(mode=_core.MODE_FIXED, iterations=400)
check.drive(body)
print(max(seen) - seen[20])
"""
    done = preloaded("-c", code)
    assert done.stdout == "0\n", done.stderr
