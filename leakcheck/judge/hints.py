# SPDX-License-Identifier: MIT
"""What to do about a leak, in one sentence, by the kind of its holder.

A kind is told by the way to the holder, or by the types of what stays: a list that keeps
exceptions needs another cure than one that keeps numbers. The first kind that fits counts, so
what is sure stands before what a name suggests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck.model import Result

_LRU: Final = "functools.lru_cache of "


class Facts(NamedTuple):
    """What a hint goes by.

    Attributes:
        path: the way to what grows, or to what stayed; empty where none is known.
        type: of the container that grows; empty without one.
        kept: types of what stayed.
        cached: the function whose unlimited cache was found guilty; empty without one.
        native: native code holds what stayed.
        probe: that decided; empty where memory leaks.
    """

    path: str
    type: str
    kept: frozenset[str]
    cached: str
    native: bool
    probe: str


class Kind(NamedTuple):
    """A kind of holder.

    Attributes:
        name: for people who read the code and its tests.
        fits: whether a leak is held so.
        sentence: what to do about it.
    """

    name: str
    fits: Callable[[Facts], bool]
    sentence: str


def hint(result: Result) -> str:
    """One sentence; empty where nothing is known of the holder."""
    facts = facts_of(result)
    found = next((kind for kind in KINDS if kind.fits(facts)), None)
    return found.sentence if found else ""


def facts_of(result: Result) -> Facts:
    """What is known of who holds a leak."""
    held = next((one for one in result.containers if one.path), None)
    kept = next((one.path for one in result.survivors if one.path), "")
    lru = result.cache.startswith(_LRU)
    return Facts(
        path=held.path if held else kept,
        type=held.type if held else "",
        kept=frozenset(one.type for one in result.survivors),
        cached=result.cache.removeprefix(_LRU) if lru else "",
        native=bool(result.counts) or any(one.native for one in result.survivors),
        probe=result.probe,
    )


def _path(pattern: str) -> Callable[[Facts], bool]:
    wanted = re.compile(pattern)
    return lambda facts: wanted.search(facts.path) is not None


def _kept(*types: str) -> Callable[[Facts], bool]:
    return lambda facts: not facts.kept.isdisjoint(types)


def _any(*tests: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    return lambda facts: any(test(facts) for test in tests)


def _both(*tests: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    return lambda facts: all(test(facts) for test in tests)


def _typed(*types: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.type in types


def _cached(facts: Facts) -> bool:
    """What a `functools.lru_cache` keeps."""
    return bool(facts.cached) or re.search(r"\.<cache(d (result|call))?>", facts.path) is not None


def _of_method(facts: Facts) -> bool:
    """The function that is cached is a method: instances of its class stay with it."""
    owner = (facts.cached or facts.path.partition(".<cache")[0]).rpartition(".")[0]
    return owner in facts.kept


def _logs(facts: Facts) -> bool:
    """Loggers or their handlers stay."""
    handlers = any(kind.endswith("Handler") for kind in facts.kept)
    return "logging.Logger" in facts.kept or (handlers and "andler" in facts.path)


def _probe(*names: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.probe in names


KINDS: Final = (
    Kind(
        "native memory",
        _probe("native"),
        "a library took memory in each run and does not give it back: look for what the line calls "
        "and nobody closes, frees or releases, also when it fails",
    ),
    Kind(
        "descriptor or socket",
        _probe("descriptors", "sockets"),
        "each run opens one and does not close it: close it in a `with` block or a `finally` clause",
    ),
    Kind(
        "thread",
        _probe("threads", "native-threads"),
        "each run starts a thread that does not end: tell it to end and join it, or shut the pool "
        "down that it belongs to",
    ),
    Kind(
        "child process",
        _probe("children"),
        "each run starts a process that nobody waits for: wait for it, also after killing it",
    ),
    Kind(
        "task that waits",
        _probe("tasks"),
        "a task or callback is left in the event loop: await it, cancel it, or use an "
        "asyncio.TaskGroup",
    ),
    Kind(
        "temporary file",
        _probe("temp-files"),
        "each run leaves a temporary file: remove it, or use tempfile.TemporaryDirectory in a "
        "`with` block",
    ),
    Kind(
        "shared memory",
        _probe("shared-memory"),
        "each run leaves a segment of shared memory: unlink() it when all are done with it",
    ),
    Kind(
        "uncollectable object",
        _probe("garbage"),
        "the cycle collector put objects into gc.garbage, which keeps them: look at what "
        "gc.set_debug asks for, and at types of extensions with an old finalizer (tp_del)",
    ),
    Kind(
        "native code",
        lambda facts: facts.native,
        "an extension took a reference that it did not give back: look at what the lines of the "
        "traceback call",
    ),
    Kind(
        "fixture",
        _path(r"^fixture `"),
        "the tests share this fixture's value: undo in the test what it puts there, or give "
        "the fixture a smaller scope",
    ),
    Kind(
        "bound method at exit",
        _both(_path(r"^atexit callback"), _any(_kept("method"), _path("__self__"))),
        "each run registers a method to be called at exit, and that keeps its object: unregister it "
        "when the object is done, or register one function that goes through a WeakSet",
    ),
    Kind(
        "function at exit",
        _path(r"^atexit callback"),
        "each run registers a function to be called at exit: unregister it when it is done",
    ),
    Kind(
        "finalizer that keeps its object",
        _path(r"^weakref\.finalize\._registry"),
        "a finalizer keeps its callback and the arguments, so a method or an argument that leads "
        "back to the object keeps it for ever: give it a function that does not know the object",
    ),
    Kind(
        "function at a fork",
        _path(r"^functions to call (after|before|in) "),
        "each run registers a function to be called at a fork, and these are never "
        "unregistered: register once",
    ),
    Kind(
        "context variable",
        _path(r"^context in thread"),
        "a context variable is set in the thread's own context: reset it with its token, or "
        "make the variable once",
    ),
    Kind(
        "source lines",
        _path(r"^linecache\.cache"),
        "code is compiled under a new file name in each run: use one name, or remove the entry",
    ),
    Kind(
        "logger or handler",
        _any(_logs, _path(r"^logging\.|\.loggerDict\b")),
        "each run makes a logger or handler, and `logging` keeps them: make it once, or "
        "remove the handler",
    ),
    Kind(
        "cached method",
        _both(_cached, _of_method),
        "functools.lru_cache on a method keeps every instance that it was called on: cache in the "
        "instance (functools.cached_property), or cache a function that does not take it",
    ),
    Kind(
        "cached function",
        _cached,
        "functools.lru_cache keeps each call's arguments and result: give it a maxsize, or "
        "don't cache a method, whose argument is the instance",
    ),
    Kind(
        "exception",
        _any(_path(r"\.__traceback__"), _kept("traceback")),
        "an exception is kept, and its traceback keeps the variables of all its frames: keep "
        "its text, or clear the frames",
    ),
    Kind(
        "task",
        _any(_kept("_asyncio.Task", "asyncio.tasks.Task"), _path(r"\._coro\b|_tasks\.data")),
        "a task was started and has not ended: await it, cancel it, or use an asyncio.TaskGroup",
    ),
    Kind(
        "generator or coroutine",
        _any(_path(r"\.<locals>\."), _kept("generator", "coroutine", "async_generator")),
        "a generator or coroutine has not ended, so its variables live: close it, or await it",
    ),
    Kind(
        "listener",
        _path(
            r"(?i)\b\w*(handler|listener|callback|observer|subscriber|hook)s?(\.data|\[[^\]]*\])?$"
        ),
        "each run adds a callback, and none takes it out: remove it when its owner is done",
    ),
    Kind(
        "cache without a limit",
        _path(r"(?i)\b\w*(cache|memo)[a-z]*(\.data)?$"),
        "a cache without a limit: remove old entries, or use functools.lru_cache with a maxsize",
    ),
    Kind(
        "running function",
        _path(r"^local `"),
        "a function that still runs keeps them in a variable",
    ),
    Kind(
        "dict",
        _typed("dict", "collections.OrderedDict", "collections.defaultdict", "collections.Counter"),
        "entries come under new keys and none is removed: remove them, or limit the size",
    ),
    Kind(
        "list",
        _typed("list"),
        "entries are appended and none is removed: remove them, or limit the length",
    ),
    Kind(
        "set",
        _typed("set"),
        "members are added and none is removed: remove them, or limit the size",
    ),
    Kind(
        "deque",
        _typed("collections.deque"),
        "entries are appended and none is removed: give the deque a maxlen",
    ),
    Kind(
        "container of a class of its own",
        lambda facts: bool(facts.type),
        "entries are added and none is removed: remove them, or limit their number",
    ),
)
