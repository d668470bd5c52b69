# SPDX-License-Identifier: MIT
"""What can be a probe, and what is said of one that can't be read."""

from __future__ import annotations

from typing import Any

import pytest

from leakcheck import Probe, Settings, UsageError, Verdict, check
from leakcheck.errors import ProbeError
from leakcheck.measure.convict import FIRST_PROBE
from leakcheck.model import Metric
from tests.unit.unchecked import MEASURES


def probe(read: Any, **more: Any) -> Probe:
    return Probe("things", "thing", "things", read, **more)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("Upper", "a", "b", int), "small letters"),
        (("two words", "a", "b", int), "small letters"),
        ((3, "a", "b", int), "small letters"),
        (("all", "a", "b", int), "that word chooses probes"),
        (("x", "", "b", int), "the probe x needs words for its unit"),
        (("x", "a", "b", 3), "the read of the probe x must be a function"),
        (("x", "a", "b", int, 0), "the scale of the probe x must be a whole number over 0"),
        (("x", "a", "b", int, True), "the scale of the probe x"),
    ],
)
def test_what_can_not_be_a_probe_is_refused_with_its_name(arguments: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Probe(*arguments)


@pytest.mark.parametrize(
    ("probes", "says"),
    [
        ((3,), "must be probes"),
        (tuple(Probe(f"p{at}", "a", "b", int) for at in range(13)), "12 probes in one check"),
        ((probe(int), probe(int)), "different names"),
    ],
)
def test_settings_refuse_probes_that_can_not_be_asked_together(probes: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Settings(probes=probes)


def test_a_scale_makes_units_of_what_is_read() -> None:
    assert probe(lambda: 4095, scale=512).asked() == 7


@MEASURES
@pytest.mark.parametrize(
    ("read", "says"),
    [
        (lambda: 1 // 0, "the probe things can't be read: ZeroDivisionError"),
        (lambda: "many", "the probe things must give an int, not 'many'"),
        (lambda: True, "the probe things must give an int, not True"),
    ],
)
def test_a_probe_that_can_not_be_read_is_named_and_the_body_is_not_measured(
    read: Any, says: str
) -> None:
    one = probe(read)
    with pytest.raises(ProbeError, match=says):
        one.asked()
    result = check(lambda: None, probes=[one])
    assert result.verdict is Verdict.NOT_MEASURED
    assert says in result.reason
    assert check(lambda: None).verdict is Verdict.CLEAN  # Another check can begin.


@MEASURES
def test_a_probe_that_fails_in_the_middle_is_not_measured_either() -> None:
    asked = [0]

    def read() -> int:
        asked[0] += 1
        if asked[0] == 3:
            raise OSError("gone")
        return 0

    result = check(lambda: None, probes=[probe(read)])
    assert (result.verdict, asked[0]) == (Verdict.NOT_MEASURED, 3)
    assert "OSError: gone" in result.reason


@MEASURES
def test_a_probe_is_begun_and_ended_once_also_where_the_body_raises() -> None:
    told: list[str] = []
    one = probe(int, begin=lambda: told.append("begin"), end=lambda: told.append("end"))
    calls = [0]

    def fails() -> None:
        calls[0] += 1
        if calls[0] == 4:
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        check(fails, probes=[one])
    assert told == ["begin", "end"]


@MEASURES
def test_a_leak_of_units_names_them_in_its_reason() -> None:
    count = [0]

    def body() -> None:
        count[0] += 1024

    result = check(body, probes=[Probe("gpu", "page", "pages", lambda: count[0], scale=512)])
    assert (result.verdict, result.metric, result.probe) == (Verdict.LEAK, Metric.PROBE, "gpu")
    assert (result.rate, result.units) == (2, ("page", "pages"))
    assert result.reason.startswith("pages grew in each of")
    assert FIRST_PROBE == 5
