# SPDX-License-Identifier: MIT
"""Each kind of holder has its sentence, and an unknown one has none."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from leakcheck.judge.hints import KINDS, hint
from leakcheck.model import Container, Count, Result, Survivor, Verdict
from tests.unit.judge.causes import measured
from tests.unit.unchecked import LONG


def leak(path: str = "", kind: str = "dict", native: int | None = 0) -> Result:
    containers = (Container(kind, path, "", 0, 16, runs=16),) if path else ()
    survivors = (Survivor("app.Thing", 16, 16, "", "", native),)
    return Result(Verdict.LEAK, "", 1.0, containers=containers, survivors=survivors)


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("app.parse.<cached result>", "list", "maxsize"),
        ("functions to call after a fork", "list", "at a fork"),
        ("context in thread MainThread[request]", "list", "context variable"),
        ("fixture `db` (session)['rows']", "list", "smaller scope"),
        ("linecache.cache", "dict", "file name"),
        ("logging.root.manager.loggerDict", "dict", "logger"),
        ("app.last.__traceback__.tb_frame.<locals>.rows", "list", "traceback"),
        ("app.job.<locals>.rows", "list", "has not ended"),
        ("app.task._coro.<locals>.rows", "list", "has not ended"),
        ("app.bus.BUS.handlers", "list", "callback"),
        ("app.bus.BUS._on_close_callbacks", "set", "callback"),
        ("local `rows` of main()", "list", "still runs"),
        ("app.CACHE", "dict", "without a limit"),
        ("app.PAGES", "dict", "new keys"),
        ("app.PAGES", "collections.OrderedDict", "new keys"),
        ("app.parse.<cache>", "dict", "maxsize"),
        ("weakref.finalize._registry", "dict", "does not know the object"),
        ("concurrent.futures._base.LOGGER.manager.loggerDict", "dict", "logger"),
        ("app.ROWS", "list", "appended"),
        ("app.SEEN", "set", "members"),
        ("app.LAST", "collections.deque", "maxlen"),
        ("app.THING", "app.Own", "entries are added"),
        ("", "", ""),
    ],
)
def test_a_kind_of_holder_has_its_sentence(path: str, kind: str, words: str) -> None:
    said = hint(leak(path, kind))
    assert words in said
    assert bool(said) is bool(words)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("traceback", "traceback"),
        ("_asyncio.Task", "TaskGroup"),
        ("generator", "has not ended"),
        ("logging.Logger", "logger"),
        ("app.Thing", "appended"),
    ],
)
def test_what_stays_tells_more_than_the_list_that_keeps_it(kept: str, words: str) -> None:
    held = leak("app.ROWS", "list")
    assert words in hint(replace(held, survivors=(Survivor(kept, 16, 16, "", "", 0),)))


def test_a_cached_method_is_told_by_its_instances() -> None:
    cached = replace(leak(), cache="functools.lru_cache of app.Thing.parse")
    assert "every instance" in hint(cached)
    assert "every instance" in hint(leak("app.Thing.parse.<cache>"))
    assert "maxsize" in hint(replace(cached, cache="functools.lru_cache of app.parse"))


def test_a_handler_is_one_of_logging_only_where_handlers_stay() -> None:
    stays = (Survivor("logging.NullHandler", 16, 16, "", "", 0),)
    assert "logging" in hint(replace(leak("app.log.handlers", "list"), survivors=stays))
    assert "callback" in hint(leak("app.log.handlers", "list"))


def test_each_kind_has_a_name_and_a_sentence_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert len({kind.sentence for kind in KINDS}) == len(KINDS)


def test_native_code_comes_before_any_path() -> None:
    assert "extension" in hint(leak("app.CACHE", native=1))
    assert "without a limit" in hint(leak("app.CACHE", native=None))


def test_a_survivor_says_it_where_no_container_grows() -> None:
    survivor = Survivor("app.Session", 16, 16, "atexit callback.__self__", "", 0)
    assert "unregister" in hint(Result(Verdict.LEAK, "", 1.0, survivors=(survivor,)))


@LONG
def test_what_leaks_in_each_of_these_ways_is_told_what_to_do() -> None:
    words = {
        "listener_list": "adds a callback",
        "cache_without_a_limit": "give it a maxsize",
        "cached_method": "every instance",
        "remembered": "a cache without a limit",
        "logger_per_call": "makes a logger or handler",
        "handler_per_call": "makes a logger or handler",
        "at_exit": "a method to be called at exit",
        "at_exit_of_a_function": "a function to be called at exit",
        "finalizer_of_a_bound_method": "that does not know the object",
        "error_kept": "its traceback keeps",
        "task_never_awaited": "a task was started",
        "suspended_generator": "a generator or coroutine has not ended",
        "reference_of_native_code": "a reference that it did not give back",
        "dict_entry": "entries come under new keys",
        "ordered": "entries come under new keys",
        "ring": "give the deque a maxlen",
    }
    found = measured(sys.executable)
    said = {name: found[name][2] or "" for name in words}
    assert {name: said[name] for name, text in words.items() if text not in said[name]} == {}


def test_a_lost_reference_to_what_was_there_already_is_an_extensions() -> None:
    lost = Count("numpy.dtype", "app.DT", "app", 30, 46, 16, None)
    assert "did not give back" in hint(Result(Verdict.LEAK, "", 1.0, counts=(lost,)))
