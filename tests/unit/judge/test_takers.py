# SPDX-License-Identifier: MIT
"""Who took memory: the function that one would name, not the one that serves everybody."""

from __future__ import annotations

import pytest

from leakcheck.judge.takers import is_standard, taker
from leakcheck.model import NativeFrame

OURS = NativeFrame("/v/_imaging.so", 0x1A0, "unsharp")
NEW = NativeFrame("/usr/lib/libstdc++.so.6", 0x20, "operator new(unsigned long)")
LIBC = NativeFrame("/usr/lib/libc.so.6", 0x30, "strdup")


def test_it_is_the_innermost_outside_of_the_languages_libraries():
    assert taker([LIBC, OURS, NEW, LIBC]) is OURS
    assert taker([LIBC, NEW]) is NEW
    for interpreter in ("/usr/bin/python3.13", "/usr/lib/libpython3.11.so.1.0", "/opt/bin/python3"):
        assert taker([OURS, NativeFrame(interpreter, 1, "_PyObject_ArenaMmap")]) is OURS
    assert taker([]) is None


@pytest.mark.parametrize(
    "name",
    [
        "std::vector<char, std::allocator<char> >::vector(unsigned long)",
        "void std::vector<int>::_M_realloc_insert<int>()",
        "__gnu_cxx::new_allocator<char>::allocate",
        "operator new(unsigned long)",
        "alloc::raw_vec::RawVec<T,A>::allocate_in",
        "<alloc::vec::Vec<T> as core::clone::Clone>::clone",
        "__rust_alloc",
        "__rdl_alloc",
    ],
)
def test_a_standard_library_that_is_part_of_its_caller_is_passed_over(name):
    inlined = NativeFrame("/v/_imaging.so", 0x1A0, name)
    assert is_standard(inlined)
    assert taker([OURS, inlined]) is OURS


@pytest.mark.parametrize("name", ["unsharp", "toy::make(int)", "allocate", "stdlib_thing", ""])
def test_what_is_only_named_alike_is_not(name):
    assert not is_standard(NativeFrame("/v/_imaging.so", 1, name))
