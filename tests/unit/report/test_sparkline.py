# SPDX-License-Identifier: MIT
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.report.sparkline import WIDTH, sparkline


@pytest.mark.parametrize(
    ("values", "at", "expected"),
    [
        ((), (), ""),
        ((5,), (), "▁"),
        ((3, 3, 3), (), "▁▁▁"),
        ((0, 7), (), "▁█"),
        ((0, 1, 2, 3, 4, 5, 6, 7), (), "▁▂▃▄▅▆▇█"),
        ((7, 0, 7), (), "█▁█"),
        ((-7, 0), (), "▁█"),
    ],
)
def test_bars_go_from_the_smallest_to_the_largest_value(values, at, expected):
    assert sparkline(values, at) == expected


def test_a_steady_leak_is_a_straight_slope_though_the_windows_double():
    at = (0, 1, 2, 4, 8, 16, 28)
    assert sparkline(at, at) == sparkline(tuple(range(7)))


def test_marks_that_do_not_fit_the_values_are_ignored():
    assert sparkline((0, 7), (3, 3)) == sparkline((0, 7), (1, 2, 3)) == "▁█"


@given(st.lists(st.integers(-(10**15), 10**15), max_size=99), st.integers(0, 40), st.booleans())
def test_there_are_never_more_bars_than_asked_for(values, width, unicode):
    bars = sparkline(values, unicode=unicode, width=width)
    assert len(bars) == min(len(values), width)
    assert unicode or bars.isascii()


def test_the_usual_width_is_kept():
    assert len(sparkline(range(1000))) == WIDTH
