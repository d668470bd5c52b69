# SPDX-License-Identifier: MIT
"""The plot shows counts at marks, the envelope of what is retained, and the fit."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.html.plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, envelope, growing, plot
from leakcheck.model import Metric, Phase, Reading
from tests.unit.made_sessions import MARKS, leak


def drawn(result):
    return plot(result, growing(result))


def numbers(path):
    return [tuple(map(float, pair.split(","))) for pair in re.findall(r"[\d.]+,[\d.]+", path)]


def trace(levels, marks=MARKS[1:], **more):
    return tuple(
        Reading(Phase.TRACE, 100 + mark, level, 0, **more)
        for mark, level in zip(marks, levels, strict=True)
    )


def test_an_exact_leak_lies_on_its_fit_and_its_envelope():
    found = drawn(leak(readings=trace([2 * mark - 500 for mark in MARKS[1:]])))
    fit = numbers(found.fit)
    assert numbers(found.envelope) == list(found.points)
    assert found.points[-1] == fit[-1]
    assert "the fit is +2 a run, each mark on the line" in found.summary


def test_the_levels_of_the_process_start_where_the_fit_says():
    low, high = (
        drawn(leak(readings=trace([2 * mark + base for mark in MARKS[1:]]))) for base in (-900, 70)
    )
    assert low == high


def test_without_readings_of_the_trace_the_lines_are_added_up():
    found = drawn(leak())
    assert [row[:2] for row in found.rows] == [
        ("0", "0"),
        ("16", "32"),
        ("48", "96"),
        ("112", "224"),
    ]


def test_readings_of_an_earlier_trace_are_left_out():
    earlier = tuple(Reading(Phase.TRACE, at, 7 * at, 0) for at in (10, 20, 30))
    made = leak(readings=earlier + trace([2 * mark for mark in MARKS[1:]]))
    assert len(drawn(made).points) == 3


def test_what_is_counted_is_what_decided():
    levels = [3 * mark for mark in MARKS[1:]]
    readings = trace([0, 0, 0], objects=5)
    readings = tuple(
        Reading(one.phase, one.runs, 0, 0, level, 0)
        for one, level in zip(readings, levels, strict=True)
    )
    found = drawn(leak(rate=3.0, metric=Metric.OBJECTS, readings=readings, sites=()))
    assert found.unit == "gc objects"
    assert [row[1] for row in found.rows] == ["", "48", "144", "336"]


@pytest.mark.parametrize(
    "more",
    [
        {"marks": (), "sites": ()},
        {"sites": ()},
        {"marks": (3, 2, 1, 0)},
        {"marks": (0, 10**39)},
        {"metric": Metric.OBJECTS},
    ],
    ids=["nothing", "no series", "marks that fall", "other marks", "another metric"],
)
def test_where_no_counts_are_known_nothing_is_drawn(more):
    assert drawn(leak(**more)) is None


def test_the_envelope_never_falls_and_is_never_above_the_counts():
    levels = (0, 9, 4, 12, 7, 15, 11, 20)
    kept = envelope(range(0, 80, 10), levels)
    assert list(kept) == sorted(kept)
    assert all(low <= level for low, level in zip(kept, levels, strict=False))


def test_of_a_series_that_falls_at_times_the_end_is_not_trusted():
    assert envelope((0, 10, 20, 30, 40), (0, 5, 3, 4, 90)) == (0, 3, 3, 4)


def test_of_a_series_that_never_falls_the_envelope_is_the_series():
    assert envelope((0, 10, 20), (0, 5, 90)) == (0, 5, 90)


levels = st.lists(st.integers(-(10**40), 10**40), min_size=2, max_size=30)


@given(levels, st.floats(allow_nan=False, allow_infinity=False))
def test_everything_drawn_lies_within_the_frame(counts, rate):
    marks = tuple(range(0, 7 * len(counts) + 7, 7))
    made = leak(marks=marks, readings=trace(counts, marks[1:]), sites=())
    found = drawn(replace(made, rate=rate))
    points = [] if found is None else [*found.points, *numbers(found.fit)]
    assert all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in points)
