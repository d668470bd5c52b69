import functools


class Report:
    """Figures, and a sum that is costly to find."""

    def __init__(self, figures: list[int]) -> None:
        self.figures = figures

    @functools.cache
    def total(self) -> int:
        return sum(self.figures)

    @functools.cached_property
    def largest(self) -> int:
        return max(self.figures)


def test_a_total_is_computed_once() -> None:
    report = Report([1, 2, 3])
    assert report.total() == report.total() == 6


def test_the_largest_is_computed_once() -> None:
    report = Report([1, 2, 3])
    assert report.largest == report.largest == 3
