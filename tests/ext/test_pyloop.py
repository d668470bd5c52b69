# SPDX-License-Identifier: MIT
"""The loop leaves the process as it was, on every way out."""

from __future__ import annotations

import array
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable

import pytest

from leakcheck import _core
from tests.ext.recorded import Recorded

Trace = Callable[..., Recorded]


def test_an_empty_body_grows_nothing_in_a_thousand_runs(trace: Trace) -> None:
    assert trace(lambda: None, runs=1000).net() == 0


def test_readings_of_an_empty_body_do_not_grow() -> None:
    check = _core.Check(mode=_core.MODE_ADAPTIVE, rate=0.01)
    check.drive(lambda: None)
    levels = {reading[2:4] for reading in check.result()["readings"][2:]}
    assert len(levels) == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_of_the_body_propagates_and_undoes_all(error: type[BaseException]) -> None:
    calls = []

    def fail() -> None:
        calls.append(None)
        if len(calls) == 15:
            raise error("the body's own")

    enabled = gc.isenabled()
    check = _core.Check(mode=_core.MODE_FIXED, iterations=100)
    with pytest.raises(error, match="the body's own"):
        check.drive(fail)
    assert not _core.active()
    assert gc.get_freeze_count() == 0
    assert gc.isenabled() == enabled
    assert check.result()["marks"]


def test_a_signal_interrupts_a_body_of_c_code() -> None:
    def handler(_number: int, _frame: object) -> None:
        raise TimeoutError("stop now")

    previous = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(TimeoutError, match="stop now"):
            _core.Check(mode=_core.MODE_FIXED, iterations=1_000_000_000).drive(object)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert not _core.active()
    assert gc.get_freeze_count() == 0


def test_a_collector_that_is_off_stays_off(trace: Trace) -> None:
    gc.disable()
    try:
        trace(gc.enable)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_objects_the_program_froze_stay_frozen(trace: Trace) -> None:
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        trace(lambda: None)
        assert gc.get_freeze_count() >= frozen - 10
    finally:
        gc.unfreeze()


def test_cycles_made_by_a_run_are_collected_before_a_reading(trace: Trace) -> None:
    class Node:
        pass

    def cycle() -> None:
        node = Node()
        node.self = node  # type: ignore[attr-defined]

    assert trace(cycle).net() == 0


def test_checks_do_not_nest() -> None:
    def inner() -> None:
        _core.Check().drive(lambda: None)

    with pytest.raises(RuntimeError, match="nested"):
        _core.Check().drive(inner)
    assert not _core.active()


def test_progress_is_told_before_each_batch_and_may_stop_the_check() -> None:
    told = []

    def progress(phase: int, runs: int, seconds: float) -> None:
        told.append((phase, runs, seconds))
        if runs >= 5:
            raise StopAsyncIteration

    with pytest.raises(StopAsyncIteration):
        _core.Check(mode=_core.MODE_FIXED, iterations=100).drive(lambda: None, progress)
    runs = [runs for _, runs, _ in told]
    assert runs == sorted(runs)
    assert runs[:3] == [0, 0, 1]  # The first reading comes before any run.


def test_time_that_runs_out_is_no_decision() -> None:
    kept = []
    check = _core.Check(mode=_core.MODE_ADAPTIVE, max_seconds=1e-9)
    check.drive(lambda: kept.append(object()))
    result = check.result()
    assert result["verdict"] == 2
    assert len(kept) == result["runs"] == 1


def test_the_steps_by_hand_do_what_drive_does() -> None:
    kept = []
    check = _core.Check(mode=_core.MODE_FIXED, iterations=40)
    while (runs := check.next()) >= 0:
        for _ in range(runs):
            kept.append(bytearray(1))
        check.read()
    assert check.result()["verdict"] == 1
    assert check.result()["slope"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda c: c.read(), "no reading"),
        (lambda c: c.result(), "not decided"),
        (lambda c: c.__init__(), "twice"),
    ],
)
def test_a_step_out_of_turn_is_refused(use: Callable[[_core.Check], object], message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        use(_core.Check())


@pytest.mark.parametrize(
    "bad", [{"rate": 0.0}, {"rate": 2.0}, {"mode": 9}, {"windows": 1}, {"max_objects": -1}]
)
def test_settings_out_of_range_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        _core.Check(**bad)  # type: ignore[arg-type]


def test_a_body_that_is_not_callable_is_refused() -> None:
    with pytest.raises(TypeError, match="callable"):
        _core.Check().drive(3)  # type: ignore[arg-type]


def test_a_check_forgotten_half_way_undoes_itself() -> None:
    check = _core.Check()
    assert check.next() >= 0
    assert _core.active()
    del check
    assert not _core.active()
    assert gc.get_freeze_count() == 0


def test_the_loop_itself_leaves_no_block_behind() -> None:
    def once() -> None:
        check = _core.Check(mode=_core.MODE_FIXED, iterations=12)
        check.drive(os.getpid)
        check.result()

    for _ in range(5):
        once()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(50):
        once()
    gc.collect()
    assert sys.getallocatedblocks() - before <= 2


@pytest.mark.parametrize(
    ("runs", "counts", "ends"),
    [
        ([0, 1], [0], [1]),
        ([0, 1, 2], [0, 1, 2], [2, 1]),
        ([0, 1], [0, 1], [5]),
        ([0, 1, 1], [0, 1, 2], [0, 1, 2]),
        ([0, 2**40], [0, 1], [1]),
    ],
)
def test_series_that_do_not_fit_are_refused(
    runs: list[int], counts: list[int], ends: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"fit|rising|not in"):
        _core.judge_series(runs, counts, ends, 0.3)


@pytest.mark.parametrize("rate", [0.0, -1.0, 2.0, float("nan")])
def test_a_rate_out_of_range_is_refused_for_a_series(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        _core.judge_series([0, 1, 2, 3], [0, 1, 2, 3], [1, 2, 3], rate)


def test_a_number_that_empties_its_own_series_does_no_harm() -> None:
    class Emptying:
        def __index__(self) -> int:
            runs.clear()
            return 0

    runs: list[object] = [Emptying(), *range(1, 40)]
    judged = _core.judge_series(runs, [7] * 40, [5, 15, 39], 0.3)  # type: ignore[arg-type]
    assert judged[0] == 0


def test_a_finaliser_cannot_use_the_check_that_collects_it() -> None:
    refused = array.array("q", [0, 0])  # keeps no reference for each run

    class Meddling:
        def __del__(self) -> None:
            for step in (check.close, check.next, check.read, check.result):
                try:
                    step()
                except RuntimeError as error:
                    refused["at work" in str(error)] += 1

    check = _core.Check(mode=_core.MODE_FIXED, iterations=30)
    while (runs := check.next()) >= 0:
        for _ in range(runs):
            meddling = Meddling()
            meddling.itself = meddling  # type: ignore[attr-defined]
            del meddling
        check.read()
    assert refused.tolist() == [0, 4 * check.result()["runs"]]
    assert check.result()["verdict"] == 0


def test_another_thread_cannot_end_a_check_at_work() -> None:
    refused = []

    def meddle() -> None:
        try:
            check.close()
        except RuntimeError as error:
            refused.append(str(error))

    def body() -> None:
        thread = threading.Thread(target=meddle)
        thread.start()
        thread.join()

    check = _core.Check(mode=_core.MODE_FIXED, iterations=12)
    check.drive(body)
    assert refused == ["this Check is at work already"] * check.result()["runs"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 has no code watchers")
def test_the_bodys_exception_survives_a_watcher_that_is_gone() -> None:
    testcapi = pytest.importorskip("_testcapi")

    def fail() -> None:
        for watcher in range(8):
            with contextlib.suppress(ValueError):
                testcapi.clear_code_watcher(watcher)
        raise ValueError("the body's own")

    check = _core.Check(mode=_core.MODE_CONFIRM)
    with pytest.raises(ValueError, match="the body's own"):
        check.drive(fail)
    assert not _core.active()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 has no code watchers")
def test_a_check_that_gets_no_watcher_says_so_and_undoes_itself() -> None:
    testcapi = pytest.importorskip("_testcapi")
    taken = []
    with contextlib.suppress(RuntimeError):
        for _ in range(8):
            taken.append(testcapi.add_code_watcher(0))
    try:
        with pytest.raises(RuntimeError, match="watcher"):
            _core.Check(mode=_core.MODE_CONFIRM).drive(os.getpid)
        assert not _core.active()
        assert gc.get_freeze_count() == 0
    finally:
        for watcher in taken:
            testcapi.clear_code_watcher(watcher)
