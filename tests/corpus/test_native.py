# SPDX-License-Identifier: MIT
"""Libraries in C, C++ and Rust that leak on demand: found at their own line, silent when mended."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leakcheck.probes.preload import shim
from tests.corpus.__main__ import taken_by

pytest.importorskip("elftools")
pytestmark = [
    pytest.mark.skipif(shim() is None, reason="no shim for this C library"),
    pytest.mark.slow,
]

FOLDER = Path(__file__).parent / "native"
OPTIMISED = ["-O2", "-g", "-shared", "-fPIC", "-fno-optimize-sibling-calls", "-pthread"]
COMPILERS = {
    "c": ["gcc", *OPTIMISED],
    "cpp": ["g++", *OPTIMISED],
    "rs": ["rustc", "--crate-type=cdylib", "-Cdebuginfo=2", "-Copt-level=1"],
}
PROBED = {"thread": "native-threads", "descriptor": "descriptors"}
"""What is counted by a probe, and not block by block."""
TESTS = """
import ctypes

import pytest

@pytest.mark.parametrize("keep", [1, 0])
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("way", {ways!r})
def test_toy(way, held, keep):
    library = (ctypes.PyDLL if held else ctypes.CDLL)({library!r})
    library[f"toy_{{way}}"](keep)
"""


def ways(source: Path) -> list[str]:
    return re.findall(
        r"^(?:pub extern \"C\" fn )?toy_(\w+)\(", source.read_text("utf-8"), re.MULTILINE
    )


def line_of(source: Path, way: str) -> int | None:
    lines = source.read_text("utf-8").splitlines()
    return next((at for at, text in enumerate(lines, 1) if f" takes: {way}" in text), None)


@pytest.fixture(scope="module", params=COMPILERS)
def told(request, tmp_path_factory) -> tuple[Path, dict[tuple[str, bool, bool], dict[str, Any]]]:
    """The source, and the result of each way of it, with the lock and without, kept or not."""
    compiler = COMPILERS[request.param]
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"no {compiler[0]}")
    folder = tmp_path_factory.mktemp("toy")
    source = FOLDER / f"toy.{request.param}"
    library = folder / f"toy_{request.param}.so"
    subprocess.run([*compiler, "-o", str(library), str(source)], check=True)
    names = sorted(set(ways(source)))
    (folder / "test_it.py").write_text(TESTS.format(library=str(library), ways=names))
    (folder / "pytest.ini").write_text("[pytest]\n")
    environment = {name: text for name, text in os.environ.items() if name != "LD_PRELOAD"}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"),
            *("--leakcheck", "--leakcheck-native", "--leakcheck-json=found.json"),
            f"--leakcheck-probes={','.join(PROBED.values())}",
        ],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (folder / "found.json").exists(), done.stdout + done.stderr
    found = {}
    for one in json.loads((folder / "found.json").read_text("utf-8"))["tests"]:
        way, held, keep = one["nodeid"].partition("[")[2].removesuffix("]").split("-")
        found[way, held == "True", keep == "1"] = one["result"]
    assert len(found) == len(names) * 4
    return source, found


def test_what_gives_back_what_it_took_is_silent(told) -> None:
    _, found = told
    assert {key: one["verdict"] for key, one in found.items() if not key[2]} == {
        key: "clean" for key in found if not key[2]
    }


def test_what_keeps_it_is_a_leak_with_the_lock_and_without(told) -> None:
    _, found = told
    assert {key: one["verdict"] for key, one in found.items() if key[2]} == {
        key: "leak" for key in found if key[2]
    }


def test_a_block_or_mapping_is_told_at_the_line_of_the_library_that_took_it(told) -> None:
    source, found = told
    for (way, _, keep), result in found.items():
        if not keep or way in PROBED:
            continue
        sites = [one for one in result["sites"] if one["grows"] and one["native"]]
        assert sites, way
        lines = [(Path(one["file"]).name, one["line"]) for one in sites[0]["native_frames"]]
        assert (source.name, line_of(source, way)) in lines, (way, lines)
        functions = [one["function"] for one in sites[0]["native_frames"]]
        assert way == "foreign" or any(f"toy_{way}" in name for name in functions)
        python = sites[0]["frames"][-1]["function"]
        assert python == ("<no Python stack>" if way == "foreign" else "test_toy")


def test_a_thread_or_descriptor_is_told_at_the_python_line_that_called(told) -> None:
    _, found = told
    for (way, _, keep), result in found.items():
        if keep and way in PROBED:
            assert result["probe"] == PROBED[way]
            (opened,) = result["opened"]
            assert opened["frames"][-1]["function"] == "test_toy"


def test_a_row_of_the_corpus_names_each_function_that_took_what_grows() -> None:
    sites = [
        {"grows": True, "taken_by": "scan in a.so"},
        {"grows": True, "taken_by": "scan in a.so"},
        {"grows": True, "taken_by": ""},
        {"grows": False, "taken_by": "other in a.so"},
    ]
    assert taken_by({"sites": sites}) == ["scan in a.so"]
    assert taken_by({"state": "crash"}) == []
