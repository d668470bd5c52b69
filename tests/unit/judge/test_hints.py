# SPDX-License-Identifier: MIT
"""Each kind of holder has its sentence, and an unknown one has none."""

from __future__ import annotations

import pytest

from leakcheck.judge.hints import hint
from leakcheck.model import Container, Result, Survivor, Verdict


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
        ("app.CACHE", "dict", "new keys"),
        ("app.ROWS", "list", "appended"),
        ("app.SEEN", "set", "members"),
        ("app.LAST", "collections.deque", "maxlen"),
        ("app.THING", "app.Own", ""),
        ("", "", ""),
    ],
)
def test_a_kind_of_holder_has_its_sentence(path: str, kind: str, words: str) -> None:
    said = hint(leak(path, kind))
    assert words in said
    assert bool(said) is bool(words)


def test_native_code_comes_before_any_path() -> None:
    assert "extension" in hint(leak("app.CACHE", native=1))
    assert "new keys" in hint(leak("app.CACHE", native=None))


def test_a_survivor_says_it_where_no_container_grows() -> None:
    survivor = Survivor("app.Session", 16, 16, "atexit callback.__self__", "", 0)
    assert "unregister" in hint(Result(Verdict.LEAK, "", 1.0, survivors=(survivor,)))
