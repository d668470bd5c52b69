# SPDX-License-Identifier: MIT
"""Which kind of holder a leak is told to have, by its path, by what stays and by what was found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.judge.hints import KINDS, Facts, facts_of, hint
from leakcheck.model import Container, Count, Metric, Result, Survivor, Verdict

LRU = "functools.lru_cache of "


def stays(*types: str, path: str = "", native: int | None = 0) -> Result:
    """A leak of objects of these types."""
    survivors = tuple(Survivor(one, 16, 16, path, "", native) for one in types)
    return Result(Verdict.LEAK, "", 1.0, survivors=survivors)


def held(path: str, *types: str, by: str = "list") -> Result:
    """A leak of objects of these types into a container at this path."""
    return replace(stays(*types), containers=(Container(by, path, "", 0, 16, runs=16),))


def opened(probe: str) -> Result:
    return Result(Verdict.LEAK, "", 1.0, metric=Metric.PROBE, probe=probe)


def cached(function: str, *types: str) -> Result:
    return replace(stays(*types), cache=f"{LRU}{function}")


def kind(result: Result) -> str:
    """The name of the kind that a leak is; empty without any."""
    facts = facts_of(result)
    return next((one.name for one in KINDS if one.fits(facts)), "")


COUNTED = replace(stays(), counts=(Count("numpy.dtype", "", "", 30, 46, 16, None),))
EXAMPLES = (
    (opened("native"), "native memory"),
    (opened("descriptors"), "descriptor or socket"),
    (opened("sockets"), "descriptor or socket"),
    (opened("threads"), "thread"),
    (opened("native-threads"), "thread"),
    (opened("children"), "child process"),
    (opened("tasks"), "task that waits"),
    (opened("temp-files"), "temporary file"),
    (opened("shared-memory"), "shared memory"),
    (opened("garbage"), "uncollectable object"),
    (opened("device"), ""),
    (COUNTED, "native code"),
    (stays("app.Thing", native=2), "native code"),
    (held("fixture `db` (session).rows"), "fixture"),
    (held("app.fixture `db`"), "list"),
    (stays("method", path="atexit callback"), "bound method at exit"),
    (held("atexit callback.__self__.rows"), "bound method at exit"),
    (held("app.BOUND.__self__.rows"), "list"),
    (held("app.ROWS", "method"), "list"),
    (stays("function", path="atexit callback"), "function at exit"),
    (held("weakref.finalize._registry", by="dict"), "finalizer that keeps its object"),
    (held("app.weakref.finalize._registry", by="dict"), "dict"),
    (held("functions to call before a fork"), "function at a fork"),
    (held("functions to call after a fork"), "function at a fork"),
    (held("functions to call in a child"), "function at a fork"),
    (held("context in thread MainThread[request]"), "context variable"),
    (held("linecache.cache", by="dict"), "source lines"),
    (held("app.ROWS", "logging.Logger"), "logger or handler"),
    (held("app.log.handlers", "app.OwnHandler"), "logger or handler"),
    (held("app.ROWS", "app.OwnHandler"), "list"),
    (held("logging.Handler"), "logger or handler"),
    (held("app.own.loggerDict", by="dict"), "logger or handler"),
    (cached("app.Thing.parse", "app.Thing"), "cached method"),
    (held("app.Thing.parse.<cache>", "app.Thing"), "cached method"),
    (cached("app.parse", "app.Thing"), "cached function"),
    (held("app.parse.<cached result>.rows"), "cached function"),
    (held("app.parse.<cached call>[0]"), "cached function"),
    (held("app.last.__traceback__.tb_frame.rows"), "exception"),
    (held("app.ROWS", "traceback"), "exception"),
    (held("app.ROWS", "_asyncio.Task"), "task"),
    (held("app.ROWS", "asyncio.tasks.Task"), "task"),
    (held("app.JOB._coro.rows"), "task"),
    (held("asyncio.tasks._scheduled_tasks.data", by="set"), "task"),
    (held("app.ROWS", "generator"), "generator or coroutine"),
    (held("app.ROWS", "coroutine"), "generator or coroutine"),
    (held("app.ROWS", "async_generator"), "generator or coroutine"),
    (held("app.job.<locals>.rows"), "generator or coroutine"),
    (held("app.BUS.on_close_callbacks"), "listener"),
    (held("app.BUS.Observers.data", by="set"), "listener"),
    (held("app.BUS.hooks['close']"), "listener"),
    (held("app.hooks.ROWS"), "list"),
    (held("app.PAGE_CACHE", by="dict"), "cache without a limit"),
    (held("app.memoized.data", by="dict"), "cache without a limit"),
    (held("app.cache.ROWS"), "list"),
    (held("local `rows` of main()"), "running function"),
    (held("app.PAGES", by="dict"), "dict"),
    (held("app.PAGES", by="collections.OrderedDict"), "dict"),
    (held("app.PAGES", by="collections.defaultdict"), "dict"),
    (held("app.PAGES", by="collections.Counter"), "dict"),
    (held("app.ROWS", by="list"), "list"),
    (held("app.SEEN", by="set"), "set"),
    (held("app.LAST", by="collections.deque"), "deque"),
    (held("app.THING", by="app.Own"), "container of a class of its own"),
    (stays("app.Thing", path="app.THING"), ""),
    (stays(), ""),
)


@pytest.mark.parametrize(("result", "name"), EXAMPLES)
def test_a_leak_is_told_to_be_of_the_kind_that_its_holder_is(result: Result, name: str) -> None:
    assert kind(result) == name
    assert hint(result) == next((one.sentence for one in KINDS if one.name == name), "")


def test_there_is_an_example_of_each_kind() -> None:
    assert {name for _, name in EXAMPLES if name} == {one.name for one in KINDS}


@pytest.mark.parametrize("one", KINDS, ids=lambda one: one.name)
def test_a_sentence_is_printed_behind_others_so_it_begins_small_and_has_no_stop(one) -> None:
    assert one.sentence == " ".join(one.sentence.split())
    assert one.sentence[0].islower()
    assert one.sentence[-1] not in ".;,: "


def test_nothing_is_known_of_a_leak_without_a_holder() -> None:
    assert facts_of(Result(Verdict.LEAK, "")) == Facts(
        "", "", frozenset(), "", native=False, probe=""
    )


def test_the_way_to_what_stays_counts_where_no_container_has_one() -> None:
    result = stays("app.Thing", "app.Other", path="app.THINGS")
    kept = frozenset({"app.Thing", "app.Other"})
    assert facts_of(result) == Facts("app.THINGS", "", kept, "", native=False, probe="")
    containers = (Container("set", "", "", 0, 1), Container("dict", "app.PAGES", "app", 0, 1))
    found = facts_of(replace(result, containers=containers))
    assert found == Facts("app.PAGES", "dict", kept, "", native=False, probe="")


NAMES = st.from_regex(r"[a-z]{1,6}(\.[A-Za-z]{1,6}){1,3}", fullmatch=True)


@given(NAMES, st.sampled_from([result for result, _ in EXAMPLES if not result.probe]))
def test_what_native_code_holds_is_looked_for_there_whatever_else_is_known(
    name: str, result: Result
) -> None:
    native = Survivor(name, 16, 16, "", "", 1)
    assert kind(replace(result, survivors=(*result.survivors, native))) == "native code"


@given(NAMES, st.sampled_from(["dict", "list", "set", "collections.deque", "app.Own"]))
def test_a_container_that_grows_is_never_without_a_hint(path: str, by: str) -> None:
    assert hint(held(path, by=by))
    assert hint(held(path, "app.Thing", by=by))
