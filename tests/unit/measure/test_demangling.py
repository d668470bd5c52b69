# SPDX-License-Identifier: MIT
"""Names of C++ and Rust are written as their sources have them."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.measure.demangling import LONGEST, demangled


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("png_read_row", "png_read_row"),
        ("", ""),
        (
            "_ZN5alloc7raw_vec19RawVec$LT$T$C$A$GT$11allocate_in17h0123456789abcdefE",
            "alloc::raw_vec::RawVec<T,A>::allocate_in",
        ),
        (
            "_ZN52_$LT$toy..Image$u20$as$u20$core..ops..drop..Drop$GT$4drop17h0123456789abcdefE",
            "<toy::Image as core::ops::drop::Drop>::drop",
        ),
        ("_RNvNtCs9ltgdHTiPiY_3toy5store4make", "toy::store::make"),
        ("_RNvCs1234_7mycrate3foo.llvm.123", "mycrate::foo"),
    ],
)
def test_a_name_is_written_as_its_source_has_it(symbol: str, name: str) -> None:
    assert demangled(symbol) == name


def test_the_runtime_library_of_cpp_names_its_functions_where_it_is_loaded() -> None:
    try:
        ctypes.CDLL("libstdc++.so.6")
    except OSError:
        pytest.skip("no libstdc++ here")
    assert demangled("_ZN3toy4makeEi") == "toy::make(int)"
    assert demangled("_Znwm") == "operator new(unsigned long)"
    assert demangled("_Z!") == "_Z!"


def test_a_name_of_many_templates_is_cut() -> None:
    name = demangled("a" * 5000)
    assert name == "a" * LONGEST + "..."


@given(st.sampled_from(["_R", "_ZN", "_ZN3fo"]), st.text(st.characters(codec="utf-8"), max_size=40))
def test_no_symbol_ends_in_anything_but_a_name(head: str, rest: str) -> None:
    for symbol in (head + rest, f"{head}{rest}17h0123456789abcdefE"):
        assert isinstance(demangled(symbol), str)
