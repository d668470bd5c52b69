# SPDX-License-Identifier: MIT
"""Random heaps, each searched for all its objects: `python -m tests.ext.random_heaps 10000`.

Also by itself, because a bare interpreter has fewer other objects to pass over each time.
"""

from __future__ import annotations

import functools
import gc
import random
import sys
import types
from typing import Any

from leakcheck import _core
from tests.ext.searched import Node, assert_edges


def heap(seed: int, size: int) -> tuple[list[Any], list[Any]]:
    """(roots, all objects) of a random graph of containers of many kinds."""
    choose = random.Random(seed)

    class Slots:
        __module__ = "zoo"
        __slots__ = ("__weakref__", "a", "b")

    def closure(value: Any) -> Any:
        return lambda: value

    def generator(value: Any) -> Any:
        yield value

    def started(value: Any) -> Any:
        made = generator(value)
        next(made)
        return made

    objects: list[Any] = [Node(), [], {}]
    for _ in range(size):
        one, other = choose.choice(objects), choose.choice(objects)
        slots = Slots()
        slots.a, slots.b = one, other
        made = choose.choice(
            [
                lambda a, b: [a, b],
                lambda a, b: (a, b),
                lambda a, b: {"k": a, 2: b},
                lambda a, b: functools.partial(print, a, k=b),
                lambda a, b: closure(a),
                lambda a, b: started(b),
                lambda a, b, s=slots: s,
                lambda a, b: types.SimpleNamespace(a=a, b=b),
                lambda a, b: types.MethodType(print, a),
                lambda a, b: types.CellType(b),
                lambda a, b: property(b, a),
                lambda a, b: iter([a, b]),
                lambda a, b: Node(),
            ]
        )(one, other)
        objects.append(made)
    for _ in range(size):
        holder, held = choose.choice(objects), choose.choice(objects)
        if type(holder) is list:
            holder.append(held)
        elif type(holder) is dict:
            holder[len(holder)] = held
        elif type(holder) is Node:
            setattr(holder, f"a{len(vars(holder)) % 9}", held)
    return choose.sample(objects, 2), objects


def reachable(roots: list[Any], wanted: list[Any]) -> set[int]:
    """What a plain search from the roots reaches among `wanted`."""
    among = {id(one) for one in wanted}
    seen = {id(one) for one in roots}
    queue = list(roots)
    while queue:
        for one in gc.get_referents(queue.pop()):
            if id(one) not in seen and (id(one) in among or type(one) in {dict, tuple}):
                seen.add(id(one))
                queue.append(one)
    return seen & among


def check_heap(seed: int, size: int) -> None:
    roots, objects = heap(seed, size)
    given = [(one, number * 10) for number, one in enumerate(roots)]
    chains, found, counts, cut, _ = _core.holders(
        objects, given, closed=[], harness=("tests", "_pytest", "__main__"), max_seconds=60.0
    )
    there = reachable(roots, objects)
    assert not cut
    for one, answer, references, counted in zip(objects, chains, found, counts, strict=True):
        assert counted == -1 or 1 <= references <= counted
        if answer is None or answer[0][0] != "given":
            assert id(one) not in there
            continue
        assert answer[1][0] is roots[answer[0][1]]
        assert answer[1][-1] is one
        assert_edges(answer[1])


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        check_heap(number, number % 60)
    print(f"{sys.argv[1]} heaps")
