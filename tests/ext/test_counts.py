# SPDX-License-Identifier: MIT
"""What the sampler counts is what the interpreter counts, whatever the body does."""

from __future__ import annotations

import array
import asyncio
import json
import random
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from leakcheck import _core

RUNS = 60
KEPT_MOST = 60


class Anything:
    """Keeps and releases objects of many kinds, by chance, from several threads."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.kept: list[object] = []
        self.acts: tuple[Callable[[], None], ...] = (
            self.keep_buffer,
            self.keep_items_of_a_generator,
            self.keep_dict,
            self.keep_what_new_code_made,
            self.keep_exception_with_its_frames,
            self.keep_from_a_coroutine,
            self.resize_something,
            self.release_some,
            self.keep_nothing,
        )

    def keep_buffer(self) -> None:
        self.kept.append(bytearray(self.chance.randrange(2000)))

    def keep_items_of_a_generator(self) -> None:
        def items() -> Iterator[bytes]:
            for i in range(5):
                yield bytes(i * 200)

        self.kept.extend(items())

    def keep_dict(self) -> None:
        self.kept.append({i: str(i) * i for i in range(self.chance.randrange(50))})

    def keep_what_new_code_made(self) -> None:
        names: dict[str, object] = {}
        size = self.chance.randrange(900)
        exec(f"def f():\n    return lambda: [None] * {size}\nmade = f()()", names)
        self.kept.append(names if self.chance.random() < 0.5 else names["made"])

    def keep_exception_with_its_frames(self) -> None:
        def dive(depth: int) -> None:
            if depth == 0:
                raise ValueError
            dive(depth - 1)

        try:
            dive(self.chance.randrange(200))
        except ValueError as error:
            self.kept.append(error)

    def keep_from_a_coroutine(self) -> None:
        async def keep() -> None:
            await asyncio.sleep(0)
            self.kept.append([object()])

        asyncio.run(keep())

    def resize_something(self) -> None:
        for item in self.kept:
            if isinstance(item, bytearray):
                item.extend(bytes(self.chance.randrange(3000)))
                break

    def release_some(self) -> None:
        while len(self.kept) > KEPT_MOST // 2:
            self.kept.pop(0)

    def keep_nothing(self) -> None:
        json.loads(json.dumps({"a": [1, 2, {"b": 3.5}] * 20}))

    def some(self) -> None:
        for _ in range(6):
            self.chance.choice(self.acts)()

    def __call__(self) -> None:
        self.some()
        threads = [threading.Thread(target=self.some) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@pytest.mark.slow
@pytest.mark.skipif(sys.getallocatedblocks() == 0, reason="the interpreter does not count blocks")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_reading_is_the_interpreters_own_count(seed: int) -> None:
    body = Anything(seed)
    theirs = array.array("q", bytes(8 * 1000))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        check = _core.Check(mode=_core.MODE_FIXED, iterations=RUNS)
        readings = 0
        while (runs := check.next()) >= 0:
            for _ in range(runs):
                body()
            check.read()
            theirs[readings] = sys.getallocatedblocks()
            readings += 1
    finally:
        sys.setswitchinterval(interval)
    result = check.result()
    first = readings - len(result["marks"])
    mine = [reading[2] for reading in result["readings"][first:]]
    differences = {mine[i] - theirs[first + i] for i in range(len(mine))}
    assert result["dropped"] == 0
    assert len(differences) == 1
