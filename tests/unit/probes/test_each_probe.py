# SPDX-License-Identifier: MIT
"""Each probe sees its own kind of leak, at the line that opens it, and nothing else."""

from __future__ import annotations

import asyncio
import gc
import inspect
import linecache

import pytest

from leakcheck import Result, Verdict, check
from leakcheck.model import Metric
from leakcheck.probes.choosing import available
from tests.unit.probes import opening
from tests.unit.probes.opening import Leaving
from tests.unit.unchecked import MEASURES

pytestmark = MEASURES
EVERY = [*opening.DESCRIPTORS, *opening.OTHERS]


def told(result: Result) -> str:
    """The source of the line that is said to have opened most."""
    frame = result.opened[0].frame
    assert frame is not None
    return linecache.getline(frame.file, frame.line)


@pytest.mark.slow
@pytest.mark.parametrize("leaving", EVERY, ids=lambda one: f"{one.probe}-{one.body.__name__}")
def test_what_is_left_open_is_a_leak_at_the_line_that_opens_it(leaving: Leaving) -> None:
    with opening.closed_again():
        result = check(leaving.body, probes=[leaving.probe], iterations=24)
    assert (result.verdict, result.metric, result.probe) == (
        Verdict.LEAK,
        Metric.PROBE,
        leaving.probe,
    )
    assert result.rate == leaving.units
    assert leaving.line in told(result)
    assert result.opened[0].count == leaving.units * result.opened[0].runs
    assert result.fingerprint is not None


@pytest.mark.slow
@pytest.mark.parametrize("leaving", opening.DESCRIPTORS, ids=lambda one: one.body.__name__)
def test_it_is_confirmed_with_the_few_descriptors_that_a_process_may_have(
    leaving: Leaving,
) -> None:
    with opening.closed_again():
        result = check(leaving.body, probes=[leaving.probe])
    assert (result.verdict, result.probe, result.exact) == (Verdict.LEAK, leaving.probe, True)
    assert result.runs * leaving.units < 700
    assert leaving.line in told(result)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 7, 60])
def test_a_pool_that_is_full_is_no_leak(size: int) -> None:
    with opening.closed_again():
        result = check(opening.pool_of_descriptors(size), probes="all", max_time=60)
    assert result.verdict is Verdict.CLEAN, result.reason


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        opening.uses_and_closes,
        opening.segment_that_is_unlinked,
        opening.thread_that_is_joined,
        opening.child_that_is_waited_for,
        opening.task_that_ends,
    ],
)
def test_what_is_closed_again_is_clean_for_every_probe(body: opening.Body) -> None:
    result = check(body, probes="all", max_time=60)
    assert result.verdict is Verdict.CLEAN, (result.reason, result.opened)
    assert [one.name for one in result.probes] == list(available())


@pytest.mark.slow
def test_a_pool_of_threads_is_clean() -> None:
    body, close = opening.pool_of_threads()
    try:
        result = check(body, probes="all", max_time=60)
    finally:
        close()
    assert result.verdict is Verdict.CLEAN, (result.reason, result.opened)


@pytest.mark.slow
@pytest.mark.skipif("tasks" not in available(), reason="CPython 3.14 hides its tasks from Python")
def test_a_task_that_never_ends_is_told_beside_the_memory_that_it_is() -> None:
    started: list[asyncio.Task[None]] = []

    async def starts() -> None:
        started.append(asyncio.get_running_loop().create_task(asyncio.sleep(3600)))

    try:
        result = check(starts, probes=["tasks"])
    finally:
        started.clear()
    assert result.verdict is Verdict.LEAK
    assert {one.probe for one in result.opened} == {"tasks"}
    assert "create_task(" in told(result)
    assert result.opened[0].what[0].startswith(("task ", "callback "))


@pytest.mark.slow
def test_a_thread_that_never_ends_is_told_beside_the_memory_that_it_is() -> None:
    with opening.closed_again():
        result = check(opening.starts_a_thread, probes="threads,native-threads")
    assert result.verdict is Verdict.LEAK
    assert {one.probe for one in result.opened} == {"threads", "native-threads"}
    assert "one.start()" in told(result)
    assert result.runs < 700  # As many as of what only a probe sees.


@pytest.mark.slow
def test_uncollectable_objects_are_told_beside_the_memory_that_they_are() -> None:
    def body() -> None:
        gc.garbage.append({})  # what a type with an old finalizer would do

    try:
        result = check(body, probes=["garbage"])
    finally:
        gc.garbage.clear()
    assert result.verdict is Verdict.LEAK
    assert [(one.probe, one.what) for one in result.opened] == [("garbage", ("dict",))]
    assert "gc.garbage.append" in told(result)


@pytest.mark.slow
def test_a_file_that_is_kept_open_is_told_beside_the_memory_that_it_is() -> None:
    kept: list[object] = []

    def body() -> None:
        kept.append(open("/dev/null"))  # noqa: SIM115, PTH123

    try:
        result = check(body, probes="default", iterations=24)
    finally:
        for one in kept:
            one.close()  # type: ignore[attr-defined]
    assert (result.verdict, result.probe) == (Verdict.LEAK, "")
    assert [one.probe for one in result.opened] == ["descriptors"]
    assert "open(" in told(result)
    assert result.sites


@pytest.mark.parametrize("name", list(available()))
def test_reading_keeps_nothing_and_is_an_int(name: str) -> None:
    probe = available()[name]
    probe.begin()
    try:
        for _ in range(3):
            assert isinstance(probe.asked(), int)
            assert isinstance(dict(probe.there() if probe.there else {}), dict)
        result = check(probe.asked, rate=0.1)
    finally:
        probe.end()
    assert result.verdict is Verdict.CLEAN, result.reason


def test_what_is_there_is_as_many_as_are_counted() -> None:
    for probe in available().values():
        probe.begin()
        try:
            if probe.there is not None and probe.name != "threads":
                assert len(probe.there()) == probe.read(), probe.name
        finally:
            probe.end()


def test_every_probe_has_a_module_that_says_what_it_counts() -> None:
    for probe in available().values():
        module = inspect.getmodule(probe.there)
        assert probe.there is None or (module is not None and module.__doc__)


@pytest.mark.parametrize("name", list(available()))
def test_a_body_that_keeps_nothing_takes_as_few_runs_as_without(name: str) -> None:
    # What a probe lets go must not be counted as memory that moved.
    runs = [check(int, probes=[name]).runs for _ in range(4)]
    assert min(runs) == min(check(int).runs for _ in range(4))
