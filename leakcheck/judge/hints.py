# SPDX-License-Identifier: MIT
"""What to do about a leak, in one sentence, by the kind of its holder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from leakcheck.model import Result

_HINTS: Final = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (
            r"\.<cached (result|call)>",
            (
                "functools.lru_cache keeps each call's arguments and result: give it a maxsize, or "
                "don't cache a method, whose argument is the instance"
            ),
        ),
        (
            r"^atexit callback",
            "each run registers a function to be called at exit: unregister it when it is done",
        ),
        (
            r"^functions to call (after|before|in) ",
            (
                "each run registers a function to be called at a fork, and these are never "
                "unregistered: register once"
            ),
        ),
        (
            r"^context in thread",
            (
                "a context variable is set in the thread's own context: reset it with its token, or "
                "make the variable once"
            ),
        ),
        (
            r"^fixture `",
            (
                "the tests share this fixture's value: undo in the test what it puts there, or give "
                "the fixture a smaller scope"
            ),
        ),
        (
            r"^linecache\.cache",
            "code is compiled under a new file name in each run: use one name, or remove the entry",
        ),
        (
            r"^logging\.",
            (
                "each run makes a logger or handler, and `logging` keeps them: make it once, or "
                "remove the handler"
            ),
        ),
        (
            r"\.__traceback__",
            (
                "an exception is kept, and its traceback keeps the variables of all its frames: keep "
                "its text, or clear the frames"
            ),
        ),
        (
            r"(\.<locals>\.|\._coro\b)",
            (
                "a generator, coroutine or task has not ended, so its variables live: close it, or "
                "await it"
            ),
        ),
        (
            r"(?i)\b\w*(handler|listener|callback|observer|subscriber|hook)s?(\.data)?$",
            "each run adds a callback, and none takes it out: remove it when its owner is done",
        ),
        (
            r"^local `",
            "a function that still runs keeps them in a variable",
        ),
    )
)
_NATIVE: Final = (
    "an extension took a reference that it did not give back: look at what the lines of the "
    "traceback call"
)
_BY_TYPE: Final = {
    "dict": "entries come under new keys and none is removed: remove them, or limit the size",
    "list": "entries are appended and none is removed: remove them, or limit the length",
    "set": "members are added and none is removed: remove them, or limit the size",
    "collections.deque": "entries are appended and none is removed: give the deque a maxlen",
}


def hint(result: Result) -> str:
    """One sentence; empty where nothing is known of the holder."""
    if any(one.native for one in result.survivors):
        return _NATIVE
    held = next((one for one in result.containers if one.path), None)
    path = held.path if held else next((one.path for one in result.survivors if one.path), "")
    for pattern, sentence in _HINTS:
        if path and pattern.search(path):
            return sentence
    return _BY_TYPE.get(held.type, "") if held else ""
