# SPDX-License-Identifier: MIT
"""A library's own file tells functions and lines, also of what was inlined and of what it hides."""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("elftools")

from leakcheck.measure import native_lines
from leakcheck.measure.native_lines import Lines, Place
from leakcheck.measure.native_stacks import Places

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")

SOURCE = """\
static int hidden(int number)
{
    return number * 3; /* hidden */
}

static inline __attribute__((always_inline)) int
inlined(int *number)
{
    return *number += 7; /* inlined */
}

void *address_of_hidden(void) { return (void *)hidden; }

int outer(int *number)
{
    *number = hidden(*number);
    return inlined(number); /* call */
}
"""


def reading(library: str, build_id: str) -> contextlib.closing[Lines]:
    return contextlib.closing(Lines(library, build_id, lambda: False))


@pytest.fixture
def build(tmp_path):
    def compiled(*flags: str) -> str:
        (tmp_path / "toy.c").write_text(SOURCE)
        library = str(tmp_path / f"toy{len(list(tmp_path.iterdir()))}.so")
        command = ["gcc", "-O1", "-fno-ipa-cp", "-shared", "-fPIC", "-Wl,--build-id", *flags]
        subprocess.run([*command, "-o", library, "toy.c"], cwd=tmp_path, check=True)
        return library

    return compiled


def frame_of(library: str, name: str):
    loaded = ctypes.CDLL(library)
    loaded.address_of_hidden.restype = ctypes.c_void_p
    hidden = name == "hidden"
    at = loaded.address_of_hidden() if hidden else ctypes.cast(loaded[name], ctypes.c_void_p).value
    (frame,) = Places(sound=True).of((at,))
    return frame


def all_of(library: str, name: str, count: int = 12) -> set[tuple[Place, ...]]:
    """What is told of each of the first bytes of a function."""
    frame = frame_of(library, name)
    with reading(library, frame.build_id) as lines:
        return {lines.at(frame.offset + byte) for byte in range(count)}


def line(text: str) -> int:
    return next(at for at, one in enumerate(SOURCE.splitlines(), 1) if f"/* {text} */" in one)


@pytest.mark.parametrize("version", ["-gdwarf-4", "-gdwarf-5"])
def test_a_function_that_is_not_exported_has_its_name_and_line(build, tmp_path, version) -> None:
    library = build(version)
    assert frame_of(library, "hidden").function == ""
    found = all_of(library, "hidden")
    assert (Place("hidden", str(tmp_path / "toy.c"), line("hidden")),) in found


@pytest.mark.parametrize("version", ["-gdwarf-4", "-gdwarf-5"])
def test_what_was_inlined_is_told_with_the_line_that_called_it(build, tmp_path, version) -> None:
    library, file = build(version), str(tmp_path / "toy.c")
    found = all_of(library, "outer", 40)
    call, inside = Place("outer", file, line("call")), Place("inlined", file, line("inlined"))
    assert (call, inside) in found


def test_without_debug_information_the_name_is_told_and_no_line(build) -> None:
    assert (Place("hidden"),) in all_of(build(), "hidden")


def test_a_library_that_was_stripped_says_nothing_of_what_it_hides(build) -> None:
    assert (Place(""),) in all_of(build("-s"), "hidden")


def test_what_was_stripped_is_found_in_the_folder_for_it(build, tmp_path, monkeypatch) -> None:
    library = build("-g")
    frame = frame_of(library, "hidden")
    apart = tmp_path / frame.build_id[:2] / f"{frame.build_id[2:]}.debug"
    apart.parent.mkdir()
    subprocess.run(["objcopy", "--only-keep-debug", library, str(apart)], check=True)
    stripped = str(tmp_path / "stripped.so")
    subprocess.run(["strip", "-o", stripped, library], check=True)
    with reading(stripped, frame.build_id) as lines:
        assert lines.at(frame.offset) == (Place(""),)
    monkeypatch.setattr(native_lines, "DEBUG", str(tmp_path))
    with reading(stripped, frame.build_id) as lines:
        assert lines.at(frame.offset)[0].function == "hidden"
        assert lines.at(frame.offset)[0].line > 0


def test_another_file_in_the_place_of_the_library_says_nothing(build) -> None:
    library = build("-g")
    offset = frame_of(library, "hidden").offset
    with reading(library, "00" * 20) as lines:
        assert lines.at(offset) == (Place(""),)


@pytest.mark.parametrize("content", [b"", b"not a library", b"\x7fELF" + bytes(200)])
def test_a_file_that_is_no_library_says_nothing(tmp_path, content) -> None:
    path = tmp_path / "a.so"
    path.write_bytes(content)
    for name in (str(path), str(tmp_path / "none.so")):
        with reading(name, "") as lines:
            assert lines.at(16) == (Place(""),)


def test_a_damaged_library_ends_in_a_place(build) -> None:
    whole = Path(build("-g")).read_bytes()
    damaged = Path(build("-g")).with_name("damaged.so")
    for at in range(64, len(whole), 211):
        damaged.write_bytes(whole[:at] + b"\xff" * 8 + whole[at + 8 :])
        with reading(str(damaged), "") as lines:
            assert all(isinstance(one, Place) for one in lines.at(0x1119))
