# SPDX-License-Identifier: MIT
"""A code address becomes a frame: its library, the offset in it, and what the library exports."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from leakcheck.measure.native_stacks import Places
from leakcheck.model import NativeFrame

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="libraries are not ELF objects")


def address_of(name: str) -> int:
    found = ctypes.cast(getattr(ctypes.CDLL(None), name), ctypes.c_void_p).value
    assert found is not None
    return found


def test_a_function_of_the_c_library_has_its_name_and_the_librarys_build_id() -> None:
    (frame,) = Places(sound=True).of((address_of("qsort") + 1,))
    assert Path(frame.library).name.startswith("libc.so")
    assert frame.function == "qsort"
    assert 0 < frame.offset < Path(frame.library).stat().st_size
    assert bytes.fromhex(frame.build_id) or not frame.build_id


def test_one_address_is_asked_for_once_and_stands_in_each_stack() -> None:
    places, inner = Places(sound=True), address_of("qsort")
    first = places.of((inner, inner))
    assert first[0] is first[1]
    assert places.of((inner,))[0] is first[0]


def test_the_interpreter_has_a_file_too() -> None:
    (frame,) = Places(sound=True).of((address_of("Py_GetVersion"),))
    assert Path(frame.library).is_file()
    assert frame.function == "Py_GetVersion"


def test_an_address_that_no_object_holds_is_a_frame_without_a_library() -> None:
    assert Places(sound=True).of((1,)) == (NativeFrame(""),)


def test_where_addresses_are_void_no_frame_is_told() -> None:
    assert Places(sound=False).of((address_of("qsort"),)) == ()
