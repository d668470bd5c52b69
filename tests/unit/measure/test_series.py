# SPDX-License-Identifier: MIT
"""A short series tells growth that goes on from growth that has stopped, in each metric."""

from __future__ import annotations

import pytest

from leakcheck.measure.series import RUNS_MAX, RUNS_MIN, SHOWN, Series, runs_for
from leakcheck.model import Metric


@pytest.mark.parametrize(
    ("rate", "runs"),
    [(30.0, RUNS_MIN), (1.0, RUNS_MIN), (0.1, 80), (0.001, RUNS_MAX), (0.0, RUNS_MAX)],
)
def test_a_slower_leak_needs_more_runs(rate: float, runs: int) -> None:
    assert runs_for(rate) == runs


def test_what_would_hardly_show_is_not_asked() -> None:
    assert Series.can_tell(SHOWN / RUNS_MAX, Metric.BLOCKS)
    assert not Series.can_tell(0.5 * SHOWN / RUNS_MAX, Metric.BLOCKS)
    assert not Series.can_tell(5.0, Metric.RAW)


@pytest.mark.parametrize("metric", [None, Metric.BLOCKS, Metric.OBJECTS])
def test_growth_that_goes_on_is_counted(metric: Metric | None) -> None:
    kept: list[list[int]] = []
    series = Series(1.0, metric)
    series.start()
    for _ in range(series.runs):
        kept.append([])
    series.stop()
    assert series.still is False
    assert series.per_run == pytest.approx(1.0, abs=0.2)


def test_growth_that_has_stopped_stands_still() -> None:
    series = Series(1.0, Metric.REFERENCES)
    series.start()
    series.stop()
    assert series.still is True
    assert series.per_run == 0.0


def test_a_series_that_was_not_finished_says_nothing() -> None:
    series = Series(1.0, None)
    series.start()
    assert series.still is None
    assert series.per_run is None
