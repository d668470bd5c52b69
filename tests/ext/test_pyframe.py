# SPDX-License-Identifier: MIT
"""The stack the sampler reads is the stack the interpreter runs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator

import pytest

from leakcheck import _core
from leakcheck.measure.able import ensure_able

Seen = list[tuple[str, str]]


def both() -> tuple[Seen, Seen]:
    """(function, line) of every frame as the sampler and as the interpreter see it."""
    mine = [(f[1], str(f[2])) for f in _core.stack()[1:]]
    theirs = []
    frame = sys._getframe(1)
    while frame is not None:
        theirs.append((frame.f_code.co_qualname, str(frame.f_lineno)))
        frame = frame.f_back
    return mine, theirs


def in_generator() -> tuple[Seen, Seen]:
    def numbers() -> Iterator[tuple[Seen, Seen]]:
        yield both()

    return next(numbers())


def in_coroutine() -> tuple[Seen, Seen]:
    async def inner() -> tuple[Seen, Seen]:
        await asyncio.sleep(0)
        return both()

    async def outer() -> tuple[Seen, Seen]:
        return await inner()

    return asyncio.run(outer())


def in_sort_key() -> tuple[Seen, Seen]:
    found = []

    def key(_item: int) -> int:
        found.append(both())
        return 0

    sorted([1], key=key)
    return found[0]


def in_exec() -> tuple[Seen, Seen]:
    names = {"both": both}
    exec("def made():\n    return both()\nanswer = made()", names)
    return names["answer"]


def in_comprehension() -> tuple[Seen, Seen]:
    return [both() for _ in range(1)][0]  # noqa: RUF015 - a comprehension is what is tested


def in_finaliser() -> tuple[Seen, Seen]:
    found = []

    class Dying:
        def __del__(self) -> None:
            found.append(both())

    Dying()
    return found[0]


def in_lambda() -> tuple[Seen, Seen]:
    ask = lambda: both()  # noqa: E731, PLW0108 - a lambda is what is tested
    return ask()


def on_several_lines() -> tuple[Seen, Seen]:
    return max(
        (both(),),
        key=len,
    )


@pytest.mark.parametrize(
    "place",
    [
        in_generator,
        in_coroutine,
        in_sort_key,
        in_exec,
        in_comprehension,
        in_finaliser,
        in_lambda,
        on_several_lines,
    ],
)
def test_the_sampler_sees_the_interpreters_stack(place: Callable[[], tuple[Seen, Seen]]) -> None:
    mine, theirs = place()
    assert mine == theirs


def test_the_layout_check_finds_no_fault() -> None:
    assert _core.self_test() == ""
    ensure_able()


def test_a_name_outside_ascii_arrives_whole() -> None:
    names = {"stack": _core.stack}
    exec(
        compile("def žluťoučký():\n    return stack()\nr = žluťoučký()", "kůň 😀.py", "exec"), names
    )
    assert names["r"][0][:3] == ("kůň 😀.py", "žluťoučký", 2)


def test_a_file_name_with_a_lone_surrogate_arrives_whole() -> None:
    names = {"stack": _core.stack}
    exec(compile("r = stack()", "bad\udcff.py", "exec"), names)
    assert names["r"][0][0] == "bad\udcff.py"


def test_columns_are_those_of_the_running_expression() -> None:
    _, function, line, end_line, column, end_column = (_core.stack())[0]
    assert function == "test_columns_are_those_of_the_running_expression"
    assert (line, end_column - column) == (end_line, len("_core.stack()"))


def test_an_instruction_without_a_line_is_on_the_functions_first() -> None:
    # The cell of a captured parameter is made before the function's first line runs.
    check = _core.Check(mode=_core.MODE_FIXED, iterations=24)
    kept = []

    def capture(value: int) -> Callable[[], int]:
        return lambda: value

    check.drive(lambda: kept.append(capture(1)))
    result = check.result()
    lines = {line for _, function, line, *_ in result["frames"] if function == capture.__qualname__}
    assert lines == {capture.__code__.co_firstlineno, capture.__code__.co_firstlineno + 1}
