# SPDX-License-Identifier: MIT
"""Generated processes for the growth laboratory: the level of live blocks after each run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

Levels = Callable[[Random, float], Iterator[int]]
Shape = Callable[[int, Random], int]


@dataclass(frozen=True, slots=True)
class Process:
    """A process and what is true of it."""

    name: str
    slope: float  # Leaks (of one block or more) a run in the long run; 0 for a harmless one.
    levels: Levels
    beyond: bool = False  # Harmless, but bounded only beyond the runs of a check.


def _shape(level: Shape) -> Levels:
    """A process whose level is a function of the run's number (1 is the first)."""

    def levels(rng: Random, rate: float) -> Iterator[int]:
        return (1000 + level(run, rng) for run in count(1))

    return levels


def _cache(size: int, blocks: int = 1) -> Levels:
    return _shape(lambda run, rng: min(run, size) * blocks)


def _sawtooth(period: int, leak: int = 0) -> Levels:
    def levels(rng: Random, rate: float) -> Iterator[int]:
        phase = rng.randrange(period)
        return (1000 + (run + phase) % period + leak * run for run in count(1))

    return levels


def _random_keys(keys: int, blocks: int = 1) -> Levels:
    def levels(rng: Random, rate: float) -> Iterator[int]:
        seen: set[int] = set()
        while True:
            seen.add(rng.randrange(keys))
            yield len(seen) * blocks

    return levels


def _noise(spread: float, leak: float = 0.0) -> Levels:
    def levels(rng: Random, rate: float) -> Iterator[int]:
        state = 0.0
        for run in count(1):
            state = 0.7 * state + rng.gauss(0, spread)
            yield 1000 + round(state) + int(leak * run)

    return levels


def _walk(rng: Random, rate: float) -> Iterator[int]:
    level = 1000
    while True:
        level += rng.choice((-1, 0, 1))
        yield level


def _thread(rng: Random, rate: float) -> Iterator[int]:
    while True:
        yield 1000 + (rng.randrange(1, 12) if rng.random() < 0.2 else 0)


def _spread_lazy(rng: Random, rate: float) -> Iterator[int]:
    first_uses = sorted(int(rng.expovariate(1 / 15)) for _ in range(25))
    for run in count(1):
        yield 1000 + 7 * sum(use <= run for use in first_uses)


def _events(chance: Callable[[float], float], blocks: Callable[[Random], int]) -> Levels:
    """Random events of so many blocks each."""

    def levels(rng: Random, rate: float) -> Iterator[int]:
        level = 1000
        while True:
            if rng.random() < chance(rate):
                level += blocks(rng)
            yield level

    return levels


def _every(period: int, blocks: int = 1) -> Levels:
    def levels(rng: Random, rate: float) -> Iterator[int]:
        phase = rng.randrange(period)
        return (1000 + (run + phase) // period * blocks for run in count(1))

    return levels


def _every_at_rate(rng: Random, rate: float) -> Iterator[int]:
    phase = rng.random()
    return (1000 + int(run * rate + phase) for run in count(1))


def _doubling(run: int) -> int:
    return 1 << run.bit_length()


PROCESSES: tuple[Process, ...] = (
    Process("constant", 0, _shape(lambda run, rng: 0)),
    Process("lazy init, first run", 0, _shape(lambda run, rng: 40)),
    Process("lazy init, run 6", 0, _shape(lambda run, rng: 40 * (run >= 6))),
    Process("lazy init, spread", 0, _spread_lazy),
    Process("falling", 0, _shape(lambda run, rng: -run)),
    Process("up 100 runs, then never", 0, _cache(100, 3)),
    Process("cache 8", 0, _cache(8)),
    Process("cache 32", 0, _cache(32, 2)),
    Process("cache 64", 0, _cache(64)),
    Process("cache 128", 0, _cache(128, 5)),
    Process("cache 256", 0, _cache(256)),
    Process("cache 500", 0, _cache(500, 2)),
    Process("cache 1024", 0, _cache(1024)),
    Process("cache 2048", 0, _cache(2048, 18), beyond=True),
    Process("37 random keys", 0, _random_keys(37)),
    Process("200 random keys", 0, _random_keys(200, 3)),
    Process("500 random keys", 0, _random_keys(500)),
    Process("1000 random keys", 0, _random_keys(1000, 2)),
    Process("noise 2", 0, _noise(2)),
    Process("noise 10", 0, _noise(10)),
    Process("background thread", 0, _thread),
    Process("sawtooth 7", 0, _sawtooth(7)),
    Process("sawtooth 64", 0, _sawtooth(64)),
    Process("sawtooth 100", 0, _sawtooth(100)),
    Process("sawtooth 256", 0, _sawtooth(256)),
    Process("random walk", 0, _walk),
    Process("log, x2", 0, _shape(lambda run, rng: 2 * run.bit_length())),
    Process("log, x10", 0, _shape(lambda run, rng: int(10 * math.log(run)))),
    Process("sqrt, x3", 0, _shape(lambda run, rng: int(3 * math.sqrt(run)))),
    Process("sqrt, x20", 0, _shape(lambda run, rng: int(20 * math.sqrt(run)))),
    Process("leak 1", 1, _shape(lambda run, rng: run)),
    Process("leak 18", 18, _shape(lambda run, rng: 18 * run)),
    Process("leak 1 in 2", 0.5, _every(2)),
    Process("leak 1 in 10", 0.1, _every(10)),
    Process("leak 1 in 50", 0.02, _every(50)),
    Process("leak at rate, periodic", 1, _every_at_rate),
    Process("leak at rate, random", 1, _events(lambda rate: rate, lambda rng: 1)),
    Process("leak at twice the rate, random", 1, _events(lambda rate: 2 * rate, lambda rng: 1)),
    Process("leak 1 in 50, random", 0.02, _events(lambda rate: 0.02, lambda rng: 1)),
    Process("leak 1 in 2, random", 0.5, _events(lambda rate: 0.5, lambda rng: 1)),
    Process("leak 1..9, random", 5, _events(lambda rate: 1, lambda rng: rng.randrange(1, 10))),
    Process("leak 10 in 10, burst", 0.1, _every(10, 10)),
    Process("leak 18 in 3, burst", 1 / 3, _every(3, 18)),
    Process("leak 30 in 30, random burst", 1 / 30, _events(lambda rate: 1 / 30, lambda rng: 30)),
    Process("leak 1 under noise 2", 1, _noise(2, 1)),
    Process("leak 1 under noise 10", 1, _noise(10, 1)),
    Process("leak 0.5 under noise 2", 0.5, _noise(2, 0.5)),
    Process("leak 1 under sawtooth 24", 1, _sawtooth(24, 1)),
    Process("leak 1 under sawtooth 64", 1, _sawtooth(64, 1)),
    Process("leak 1 and lazy init", 1, _shape(lambda run, rng: run + 200 * (run > 25))),
    Process("leak 1 and cache 60", 1, _shape(lambda run, rng: run + 4 * min(run, 60))),
    Process("leak 1 and log", 1, _shape(lambda run, rng: run + int(9 * math.log(run)))),
    Process("leak 1 and table", 1, _shape(lambda run, rng: run + _doubling(run) // 8)),
    Process("leak 1 from run 6", 1, _shape(lambda run, rng: max(0, run - 6))),
    Process(
        "cache 40, leak 1 from run 30", 1, _shape(lambda run, rng: min(run, 40) + max(0, run - 30))
    ),
)
