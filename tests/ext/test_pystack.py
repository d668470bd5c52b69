# SPDX-License-Identifier: MIT
"""Each block is charged to the stack that the interpreter runs, however the stack changes."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any

import pytest

from tests.ext.recorded import RUNS, Recorded

Trace = Callable[..., Recorded]
Stack = tuple[tuple[str, int], ...]

STEPS = 300
RECORDED = 512
"""Frames that are recorded of a stack, the innermost."""
DEEPEST = 900

kept: list[Any] = [None]
noting: list[Counter[Stack]] = []
"""The one that counts now, while nothing is traced."""


def note() -> None:
    """Count the stack that keeps a block on the caller's next line."""
    if not noting:
        return
    frame: FrameType | None = sys._getframe(1)
    assert frame is not None
    stack = [(frame.f_code.co_qualname, frame.f_lineno + 1)]
    while frame.f_code is not Body.__call__.__code__:
        frame = frame.f_back
        assert frame is not None
        stack.append((frame.f_code.co_qualname, frame.f_lineno))
    noting[0][tuple(reversed(stack[:RECORDED]))] += 1


class Body:
    """A random program, the same in each run: calls, returns, calls from C, generators, deep dives."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self) -> None:
        self.draw = random.Random(self.seed)
        self.left = STEPS
        self.streams = [stream() for _ in range(3)]
        while self.left > 0:
            self.act(0)

    def act(self, depth: int) -> None:
        for _ in range(self.draw.randrange(1, 5)):
            self.left -= 1
            kind = self.draw.randrange(9)
            if kind < 3 or depth > 40 or self.left < 0:
                note()
                kept[0] = (kept[0],)
            elif kind == 3:
                self.act(depth + 1)
            elif kind == 4:
                self.other(depth + 1)
            elif kind == 5:
                sorted([0], key=lambda _, depth=depth: self.act(depth + 1))  # type: ignore[misc]
            elif kind == 6:
                next(self.streams[self.draw.randrange(3)])
            elif kind == 7:
                next(self.within(depth + 1), None)
            elif self.draw.randrange(20) == 0:
                self.dive(self.draw.randrange(DEEPEST), depth)
            else:
                leaf()

    def other(self, depth: int) -> None:
        note()
        kept[0] = (kept[0],)
        self.act(depth)
        leaf()
        note()
        kept[0] = (kept[0],)

    def within(self, depth: int) -> Generator[None]:
        self.act(depth)
        yield

    def dive(self, further: int, depth: int) -> None:
        if further:
            self.dive(further - 1, depth)
        else:
            self.act(depth + 1)
        leaf()


def stream() -> Generator[None]:
    """Goes on wherever it is asked from."""
    while True:
        note()
        kept[0] = (kept[0],)
        yield
        leaf()


def leaf() -> None:
    note()
    kept[0] = (kept[0],)


@pytest.fixture(autouse=True)
def _room() -> Generator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(5000)
    yield
    sys.setrecursionlimit(limit)
    while kept[0] is not None:  # One by one: a chain of tuples.
        kept[0] = kept[0][0]


def expected(body: Callable[[], None]) -> Counter[Stack]:
    """Blocks of each stack in one run."""
    noting.append(Counter())
    body()
    return noting.pop()


def recorded(found: Recorded) -> Counter[Stack]:
    """The same in all runs, as the sampler saw it, and what other lines keep."""
    frames = found.raw["frames"]
    blocks: Counter[Stack] = Counter()
    for path, _cut, _book, counts, *_ in found.raw["sites"]:
        blocks[tuple((frames[at][1], frames[at][2]) for at in path)] += counts[-1] - counts[0]
    return blocks


@pytest.mark.parametrize("seed", range(6))
def test_a_random_program_is_charged_to_its_stacks(trace: Trace, seed: int) -> None:
    body = Body(seed)
    asked = expected(body)
    assert sum(asked.values()) > STEPS // 2
    seen = recorded(trace(body))
    assert {stack: seen[stack] for stack in asked} == {
        stack: RUNS * count for stack, count in asked.items()
    }


def test_a_frame_that_returned_and_one_more_caller_are_not_taken_for_the_stack_before(
    trace: Trace,
) -> None:
    """As deep as before, and from the inside all is as it was one place further in."""

    def inner() -> None:
        kept[0] = (kept[0],)

    def resumed() -> Generator[None, Any]:
        steps = yield
        while True:
            if next(steps):
                inner()
            else:
                kept[0] = (kept[0],)
            steps = yield

    def hop(steps: Any) -> None:
        next(steps)(steps)

    def body(steps: Any = None) -> None:
        steps = steps or next(programs)
        next(steps)(steps)

    generator = resumed()
    next(generator)
    called = [[hop, generator.send, True], [body, hop, generator.send, False]]
    programs = iter([iter(called[number % 2]) for number in range(4 * RUNS)])
    blocks = Counter(
        {
            tuple(name.rpartition(".")[2] for name, _ in stack): count
            for stack, count in recorded(trace(body)).items()
        }
    )
    assert blocks["body", "hop", "resumed", "inner"] == RUNS // 2
    assert blocks["body", "body", "hop", "resumed"] == RUNS // 2
