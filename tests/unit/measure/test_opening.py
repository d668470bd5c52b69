# SPDX-License-Identifier: MIT
"""The line that opened what stays is named, whatever else the runs open and close."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from leakcheck.measure.opening import OpenedLines, growing
from leakcheck.model import Metric, Opened, Phase, Probed, Reading, Result, Verdict
from leakcheck.probe import Probe
from tests.unit.unchecked import MEASURES

pytestmark = MEASURES
COUNT = [0]
OPEN: dict[int, str] = {}
NUMBER = Probe("number", "thing", "things", lambda: COUNT[0])
NAMED = Probe("named", "thing", "things", lambda: len(OPEN), there=lambda: dict(OPEN))


@pytest.fixture(autouse=True)
def nothing_is_open() -> None:
    COUNT[0] = 0
    OPEN.clear()


def change(count: int) -> None:
    COUNT[0] += count


def opened(body: Callable[[], object], *probes: Probe) -> tuple[Opened, ...]:
    step = OpenedLines(probes, 1.0, alone=True)
    step.drive(body)
    found = step.found()
    assert found["sites"] == ()
    return found["opened"]  # type: ignore[return-value]


def lines(found: tuple[Opened, ...]) -> list[tuple[str, int]]:
    """The function and the line in it of each."""
    return [(one.frames[-1].function, one.count) for one in found]


def test_what_is_given_back_in_another_size_was_taken_last() -> None:
    def body() -> None:
        change(2)
        change(3)
        change(-2)
        change(-1)
        change(2)
        change(-2)
        change(-2)
        change(2)

    (one,) = opened(body, NUMBER)
    assert one.count == 32
    assert one.frames[-2].line == body.__code__.co_firstlineno + 8


def test_what_is_given_back_was_taken_in_one_piece_of_its_size() -> None:
    def body() -> None:
        change(2)
        change(3)
        change(-3)

    (one,) = opened(body, NUMBER)
    assert (one.count, one.runs, one.what) == (32, 16, ())
    assert one.frame is not None
    assert (one.frame.function.rpartition(".")[2], one.frames[-2].line) == (
        "change",
        body.__code__.co_firstlineno + 1,
    )


def test_lines_that_give_back_what_another_took_are_not_blamed() -> None:
    def both() -> None:
        COUNT[0] += 5
        COUNT[0] -= 4

    (one,) = opened(both, NUMBER)
    assert one.count == 16
    assert one.frame is not None
    assert one.frame.line == both.__code__.co_firstlineno + 1


def test_named_things_are_told_apart_by_their_keys() -> None:
    def body() -> None:
        OPEN[len(OPEN) + 1000] = "stays"
        OPEN[0] = "goes"
        del OPEN[0]

    (one,) = opened(body, NAMED)
    assert (one.count, one.what) == (16, ("stays",))
    assert one.frame is not None
    assert one.frame.line == body.__code__.co_firstlineno + 1


def test_what_grows_while_no_line_runs_has_no_line() -> None:
    step = OpenedLines((NUMBER,), 1.0, alone=False)
    while (todo := step.next()) > 0:
        COUNT[0] += todo  # This function ran before the lines were watched.
        step.read()
    (one,) = step.found()["opened"]  # type: ignore[misc]
    assert (one.count, one.frames, one.frame) == (16, (), None)
    assert "sites" not in step.found()


def test_many_lines_are_cut_to_those_that_opened_most() -> None:
    body = {}
    source = "def body():\n" + "".join(f"    change({at})\n" for at in range(1, 9))
    exec(compile(source, "many.py", "exec"), {"change": change}, body)
    found = opened(body["body"], NUMBER)
    assert [one.count for one in found] == [128, 112, 96, 80, 64]


def test_the_trace_function_of_the_program_comes_back() -> None:
    def own(*_: object) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(own)
    try:
        opened(lambda: change(1), NUMBER)
        assert sys.gettrace() is own
        step = OpenedLines((NUMBER,), 1.0, alone=True)
        step.next()
        step.read()
        step.next()
        step.close()
        assert sys.gettrace() is own
        assert step.next() == -1
    finally:
        sys.settrace(before)


def test_a_probe_that_fails_while_lines_run_does_not_fail_in_them() -> None:
    asked = [0]

    def read() -> int:
        asked[0] += 1
        if asked[0] == 5:
            raise OSError
        return asked[0]

    calls: list[int] = []
    found = opened(lambda: calls.append(1), Probe("odd", "thing", "things", read))
    assert len(calls) == 18
    assert found[-1].probe == "odd"


def reading(runs: int, *probes: int) -> Reading:
    return Reading(Phase.SCREEN, runs, 0, 0, 0, 0, 0, probes)


def leak(*readings: Reading, probe: str = "") -> Result:
    metric = Metric.PROBE if probe else Metric.BLOCKS
    asked = tuple(Probed(one.name, one.unit, one.units) for one in (NUMBER, NAMED))
    return Result(
        Verdict.LEAK, "", 3.0, metric=metric, readings=readings, probe=probe, probes=asked
    )


def test_the_probe_that_decided_is_looked_at_and_beside_memory_those_that_grew() -> None:
    probes = (NUMBER, NAMED)
    assert growing(leak(probe="named"), probes) == {NAMED: 3.0}
    few = (reading(0, 0, 0), reading(2, 2, 0), reading(4, 6, 1))
    assert growing(leak(*few), probes) == {NUMBER: 1.5}
    assert growing(leak(*few[:1]), probes) == {}
    assert growing(leak(), probes) == {}
