# SPDX-License-Identifier: MIT
"""Whatever is taken, resized and given back, in whatever order: a trace knows what is alive and from where."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from leakcheck import _core
from tests.ext.sampled_memory import (
    DOMAINS,
    MADE,
    SLOTS,
    Kept,
    Model,
    Operation,
    around,
    done,
    drop,
    fail_to_resize,
    give_back,
    give_back_unlocked,
    resize,
    straight,
    take,
    take_zeroed,
    told,
)
from tests.unit.unchecked import LONG

TURNOVER = 2
"""The runs before the baseline; each batch after it has more where so many are asked for."""
RUNS = 100_000

ways = st.tuples(
    st.sampled_from((straight, around)),
    st.integers(0, 3),
    st.sampled_from((False, False, False, True)),
)
"""The function and its depth by which one gets to the line, and whether in a thread of its own."""
slots = st.integers(0, SLOTS - 1)
sizes = st.integers(1, 2000) | st.sampled_from((1, 8, 512, 513, 100_000))


class Sampler(RuleBasedStateMachine):
    """Memory taken and given back, in and out of traces, beside a model of it."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.domains: dict[int, str] = {}
        self.check: _core.Check | None = None

    def _begin(self) -> None:
        check = _core.Check(mode=_core.MODE_FIXED, iterations=RUNS)
        while check.next() <= TURNOVER:
            check.read()
        self.check = check
        self.model.begin()

    def _end(self) -> None:
        assert self.check is not None
        self.check.close()
        result = self.check.result()
        self.check = None
        assert not _core.active()
        assert result["dropped"] == 0
        assert len(result["marks"]) == len(self.model.marks)
        assert told(result) == self.model.grown()

    def _kept(self, path: tuple[str, ...], blocks: int, size: int) -> Kept | None:
        return Kept(path, blocks, size) if self.check is not None else None

    def _do(
        self,
        function: Callable[..., None],
        slot: int,
        size: int,
        way: tuple[Callable[..., None], int, bool],
    ) -> tuple[str, ...]:
        one = Operation(function, self.domains.get(slot, ""), slot, size, *way)
        return done(one)

    @rule()
    @precondition(lambda self: self.check is None)
    def start(self) -> None:
        self._begin()

    @rule()
    @precondition(lambda self: self.check is not None)
    def mark(self) -> None:
        self.check.read()
        self.model.mark()
        if self.check.next() < 0:
            self._end()

    @rule()
    @precondition(lambda self: self.check is not None)
    def stop(self) -> None:
        self._end()

    @rule()
    @precondition(lambda self: self.check is not None)
    def start_once_more(self) -> None:
        with pytest.raises(RuntimeError, match="can't be nested"):
            _core.Check(mode=_core.MODE_FIXED, iterations=RUNS).next()

    @rule(
        domain=st.sampled_from(sorted(DOMAINS)),
        function=st.sampled_from((take, take_zeroed, resize)),
        slot=slots,
        size=sizes,
        way=ways,
    )
    def take_memory(self, domain, function, slot, size, way) -> None:
        if slot not in self.model.memory:
            self.domains[slot] = domain
        elif function is not resize:
            return
        path = self._do(function, slot, size, way)
        self.model.memory[slot] = self._kept(path, 1, size)

    @rule(slot=slots, way=ways)
    def fail_to_resize_memory(self, slot, way) -> None:
        if slot in self.model.memory:
            self._do(fail_to_resize, slot, 0, way)

    @rule(slot=slots, way=ways, unlocked=st.booleans())
    def give_memory_back(self, slot, way, unlocked) -> None:
        if slot in self.model.memory:
            bare = unlocked and self.domains[slot] == "raw"
            self._do(give_back_unlocked if bare else give_back, slot, 0, way)
            del self.model.memory[slot], self.domains[slot]

    @rule(kind=st.sampled_from(sorted(MADE)), slot=slots, size=sizes, way=ways)
    def make_an_object(self, kind, slot, size, way) -> None:
        function, like, blocks = MADE[kind]
        path = self._do(function, slot, size, way)
        self.model.objects[slot] = self._kept(path, blocks, sys.getsizeof(like(size)))

    @rule(slot=slots, way=ways)
    def drop_an_object(self, slot, way) -> None:
        self._do(drop, slot, 0, way)
        self.model.objects.pop(slot, None)

    @rule()
    def collect(self) -> None:
        gc.collect()

    def teardown(self) -> None:
        if self.check is not None:
            self.check.read()
            self.model.mark()
            self._end()
        for slot in self.model.memory:
            self._do(give_back, slot, 0, (straight, 0, False))
        for slot in self.model.objects:
            self._do(drop, slot, 0, (straight, 0, False))


@LONG
def test_a_trace_knows_what_is_alive_and_which_line_took_it() -> None:
    run_state_machine_as_test(
        Sampler,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
