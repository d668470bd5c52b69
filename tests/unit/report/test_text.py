# SPDX-License-Identifier: MIT
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.report.text import columns, cut, kib, number, rate, safe, underlined


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, "1"), (0.3523, "0.352"), (12345.6, "12,346"), (1e-9, "1e-09"), (-2.0, "-2")],
)
def test_numbers_have_three_digits_at_most_behind_the_point(value, expected):
    assert number(value) == expected


def test_a_rate_of_one_is_one_block():
    assert rate(1.0, exact=True) == "+1 block/run"
    assert rate(0.5, exact=False) == "about +0.5 blocks/run"
    assert rate(-1.0, exact=True) == "-1 block/run"


def test_sizes_under_a_kib_are_bytes():
    assert [kib(1023), kib(1024), kib(-2048)] == ["+1,023 B", "+1.0 KiB", "-2.0 KiB"]


def test_wide_characters_take_two_columns_and_combining_ones_none():
    assert columns("名前") == 4
    assert columns("e\u0301") == 1


@given(st.text(max_size=40), st.integers(3, 30), st.booleans())
def test_a_cut_text_fits(text, width, unicode):
    assert columns(cut(safe(text, unicode=unicode), width, unicode=unicode)) <= width


@given(st.data(), st.text(max_size=400), st.booleans())
def test_carets_stay_under_the_text(data, text, unicode):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown, carets = underlined(text, start, end, 40, unicode=unicode)
    assert columns(shown) <= 40
    assert len(carets) <= columns(shown)
    assert set(carets) <= {" ", "^"}


def test_an_expression_far_to_the_right_is_moved_into_view():
    text = "x = " + "a" * 500 + ".append(1)"
    shown, carets = underlined(text, text.index(".append"), len(text), 40, unicode=True)
    assert shown == "…aaaaaaaaaa.append(1)"
    assert carets == " " * 11 + "^" * 10


def test_a_long_line_ends_in_an_ellipsis():
    shown, carets = underlined("a" * 500, 0, 3, 40, unicode=False)
    assert shown == "a" * 37 + "..."
    assert carets == "^^^"
