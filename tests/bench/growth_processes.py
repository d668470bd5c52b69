# SPDX-License-Identifier: MIT
"""Generated processes for the growth laboratory: what they are made of, and the tuning half.

A process is a sum of parts; growth_levels.c turns parts and a seed into the level of live blocks
after each run. The half in this file is what the rule is tuned by. Those in growth_held_apart.py
only score it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """The kinds of parts, in the order of growth_levels.h."""

    STEP = 0
    LINE = 1
    RANDOM = 2
    ONOFF = 3
    FILL = 4
    KEYS = 5
    ZIPF = 6
    SAWTOOTH = 7
    FLUSH = 8
    NOISE = 9
    BUSY = 10
    TELEGRAPH = 11
    LIVING = 12
    WALK = 13
    LOG = 14
    BITS = 15
    POWER = 16
    RECORDS = 17
    DOUBLING = 18
    ARENA = 19
    FIRST_USES = 20
    FALLING = 21


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a process; the functions below say what the numbers mean."""

    kind: Kind
    a: float = 0
    b: float = 0
    c: float = 0
    d: float = 0
    per_rate: bool = False  # `a` is in units of the declared rate.


def step(blocks: int, run: int) -> Part:
    """Blocks kept from that run on."""
    return Part(Kind.STEP, blocks, run)


def line(slope: float, after: int = 0, *, blocks: int = 1, phase: bool = False) -> Part:
    """`slope` events a run, evenly spaced, each of so many blocks, after run `after`."""
    return Part(Kind.LINE, slope, after, int(phase), blocks)


def every(period: float, blocks: int = 1) -> Part:
    """An event every `period` runs, from a random run on."""
    return line(1 / period, blocks=blocks, phase=True)


def events(chance: float, least: int = 1, most: int | None = None, after: int = 0) -> Part:
    """In each run with that chance, `least` to `most` blocks."""
    return Part(Kind.RANDOM, chance, least, least if most is None else most, after)


def at_rate(part: Part) -> Part:
    """The same, as often as the declared rate says."""
    return dataclasses.replace(part, per_rate=True)


def on_and_off(on: float, off: float, blocks: int = 1) -> Part:
    """Leaks in each run for `on` runs in the mean, then not for `off`."""
    return Part(Kind.ONOFF, on, off, blocks)


def fill(entries: int, blocks: int = 1, each_run: float = 1) -> Part:
    """A cache filled in order."""
    return Part(Kind.FILL, entries, blocks, each_run)


def keys(count: int, blocks: int = 1) -> Part:
    """A cache of random keys, all as likely: the coupon collector."""
    return Part(Kind.KEYS, count, blocks)


def zipf(count: int, exponent: float, blocks: int = 1) -> Part:
    """A cache of random keys, the k-th as likely as k to the power of -exponent."""
    return Part(Kind.ZIPF, count, exponent, blocks)


def sawtooth(period: int, blocks: int = 1) -> Part:
    """Grows in each run, is emptied every `period` runs."""
    return Part(Kind.SAWTOOTH, period, blocks)


def flush(mean: float, blocks: int = 1) -> Part:
    """Grows in each run, is emptied at random, every `mean` runs in the mean."""
    return Part(Kind.FLUSH, mean, blocks)


def noise(spread: float, memory: float = 0.7) -> Part:
    """First-order autoregression with that standard deviation of its shocks."""
    return Part(Kind.NOISE, memory, spread)


def busy(chance: float, least: int, most: int) -> Part:
    """A background thread that at times holds some blocks while we read."""
    return Part(Kind.BUSY, chance, least, most)


def telegraph(blocks: int, mean: float) -> Part:
    """Two levels, each kept for `mean` runs in the mean."""
    return Part(Kind.TELEGRAPH, blocks, mean)


def living(births: float, life: float) -> Part:
    """Entries that expire: so many new a run, each of that life in the mean."""
    return Part(Kind.LIVING, births, life)


def walk(chance: float, blocks: int = 1, most: int = 0) -> Part:
    """Up or down, with that chance each; `most`: kept between 0 and so many."""
    return Part(Kind.WALK, chance, blocks, most)


def log(factor: float) -> Part:
    """Factor times the natural logarithm of the runs."""
    return Part(Kind.LOG, factor)


def bits(blocks: int) -> Part:
    """Blocks at each doubling of the runs."""
    return Part(Kind.BITS, blocks)


def power(factor: float, exponent: float = 0.5) -> Part:
    """Factor times a power of the runs."""
    return Part(Kind.POWER, factor, exponent)


def records(blocks: int, exponent: float = 1) -> Part:
    """Blocks with a chance that falls with a power of the runs; 1: each new record."""
    return Part(Kind.RECORDS, blocks, exponent)


def doubling(divisor: int, entries: int = 0) -> Part:
    """A table that doubles; `entries`: no further than for so many."""
    return Part(Kind.DOUBLING, divisor, entries)


def arena(entries: int, every_runs: int, blocks: int) -> Part:
    """A cache that takes memory for several entries at once."""
    return Part(Kind.ARENA, every_runs, entries, blocks)


def first_uses(uses: int, mean: float, blocks: int = 1) -> Part:
    """What is made at first use, each use after `mean` runs in the mean."""
    return Part(Kind.FIRST_USES, uses, mean, blocks)


def falling(slope: float) -> Part:
    """Gives back so many blocks a run."""
    return Part(Kind.FALLING, slope)


@dataclass(frozen=True, slots=True)
class Process:
    """A process and what is true of it.

    Attributes:
        name: unique over both halves.
        group: what it is shown under.
        parts: its summands.
        leaks: leaks (of one block or more) a run in the long run; 0 for a harmless one.
        per_rate: the same in units of the declared rate.
        fills: the least runs in which a harmless one is full; larger than the runs of a check, it
            can't be told from a leak by counts.
        starts: the run after which the leak starts, where nothing else keeps a check going.
    """

    name: str
    group: str
    parts: tuple[Part, ...]
    leaks: float = 0
    per_rate: float = 0
    fills: float = 0
    starts: int = 0

    @property
    def harmless(self) -> bool:
        """Nothing leaks."""
        return self.leaks == 0 and self.per_rate == 0

    def parts_at(self, rate: float) -> tuple[Part, ...]:
        """The parts where that rate is declared."""
        return tuple(
            dataclasses.replace(part, a=part.a * rate, per_rate=False) if part.per_rate else part
            for part in self.parts
        )

    def promised(self, rate: float) -> bool:
        """Whether a check at that rate has to find it.

        It leaks as often as declared, and three leaks are due within two runs and 3 / rate, a
        little more than the shortest check at that rate.
        """
        leaks = self.per_rate * rate or self.leaks
        due = leaks * (3 / rate + 2 - self.starts)
        return leaks >= rate * (1 - 1e-9) and due >= 3 - 1e-9


def harmless(group: str, name: str, *parts: Part, fills: float = 0) -> Process:
    """A process that leaks nothing."""
    return Process(name, group, parts, fills=fills)


def leak(group: str, name: str, leaks: float, *parts: Part, starts: int = 0) -> Process:
    """A process that leaks so often."""
    return Process(name, group, parts, leaks=leaks, starts=starts)


FIRST, NOISE, CACHE, KEYED = "first use", "noise", "cache in order", "cache at random"
TEETH, SLOWER, WALKS = "sawtooth", "slower and slower", "random walk"
REGULAR, RANDOM, BURSTS = "leak, regular", "leak, random", "leak, bursts"
UNDER_NOISE, UNDER_TEETH = "leak under noise", "leak under sawtooth"
BESIDE, LATE = "leak beside growth", "leak that starts late"

TUNING: tuple[Process, ...] = (
    harmless(FIRST, "constant", step(0, 1)),
    harmless(FIRST, "lazy init, first run", step(40, 1)),
    harmless(FIRST, "lazy init, run 6", step(40, 6)),
    harmless(FIRST, "lazy init, spread", first_uses(25, 15, 7)),
    harmless(FIRST, "falling", falling(1)),
    harmless(CACHE, "up 100 runs, then never", fill(100, 3), fills=100),
    harmless(CACHE, "cache 8", fill(8), fills=8),
    harmless(CACHE, "cache 32", fill(32, 2), fills=32),
    harmless(CACHE, "cache 64", fill(64), fills=64),
    harmless(CACHE, "cache 128", fill(128, 5), fills=128),
    harmless(CACHE, "cache 256", fill(256), fills=256),
    harmless(CACHE, "cache 500", fill(500, 2), fills=500),
    harmless(CACHE, "cache 1024", fill(1024), fills=1024),
    harmless(CACHE, "cache 2048", fill(2048, 18), fills=2048),
    harmless(KEYED, "37 random keys", keys(37), fills=37),
    harmless(KEYED, "200 random keys", keys(200, 3), fills=200),
    harmless(KEYED, "500 random keys", keys(500), fills=500),
    harmless(KEYED, "1000 random keys", keys(1000, 2), fills=1000),
    harmless(NOISE, "noise 2", noise(2)),
    harmless(NOISE, "noise 10", noise(10)),
    harmless(NOISE, "background thread", busy(0.2, 1, 11)),
    harmless(TEETH, "sawtooth 7", sawtooth(7)),
    harmless(TEETH, "sawtooth 64", sawtooth(64)),
    harmless(TEETH, "sawtooth 100", sawtooth(100)),
    harmless(TEETH, "sawtooth 256", sawtooth(256)),
    harmless(WALKS, "random walk", walk(1 / 3)),
    harmless(SLOWER, "log, x2", bits(2)),
    harmless(SLOWER, "log, x10", log(10)),
    harmless(SLOWER, "sqrt, x3", power(3)),
    harmless(SLOWER, "sqrt, x20", power(20)),
    leak(REGULAR, "leak 1", 1, line(1)),
    leak(REGULAR, "leak 18", 1, line(1, blocks=18)),
    leak(REGULAR, "leak 1 in 2", 0.5, every(2)),
    leak(REGULAR, "leak 1 in 10", 0.1, every(10)),
    leak(REGULAR, "leak 1 in 50", 0.02, every(50)),
    Process("leak at rate, periodic", REGULAR, (at_rate(line(1, phase=True)),), per_rate=1),
    Process("leak at rate, random", RANDOM, (at_rate(events(1)),), per_rate=1),
    Process("leak at twice the rate, random", RANDOM, (at_rate(events(2)),), per_rate=2),
    leak(RANDOM, "leak 1 in 50, random", 0.02, events(0.02)),
    leak(RANDOM, "leak 1 in 2, random", 0.5, events(0.5)),
    leak(RANDOM, "leak 1..9, random", 1, events(1, 1, 9)),
    leak(BURSTS, "leak 10 in 10, burst", 0.1, every(10, 10)),
    leak(BURSTS, "leak 18 in 3, burst", 1 / 3, every(3, 18)),
    leak(BURSTS, "leak 30 in 30, random burst", 1 / 30, events(1 / 30, 30)),
    leak(UNDER_NOISE, "leak 1 under noise 2", 1, line(1), noise(2)),
    leak(UNDER_NOISE, "leak 1 under noise 10", 1, line(1), noise(10)),
    leak(UNDER_NOISE, "leak 0.5 under noise 2", 0.5, line(0.5), noise(2)),
    leak(UNDER_TEETH, "leak 1 under sawtooth 24", 1, line(1), sawtooth(24)),
    leak(UNDER_TEETH, "leak 1 under sawtooth 64", 1, line(1), sawtooth(64)),
    leak(BESIDE, "leak 1 and lazy init", 1, line(1), step(200, 26)),
    leak(BESIDE, "leak 1 and cache 60", 1, line(1), fill(60, 4)),
    leak(BESIDE, "leak 1 and log", 1, line(1), log(9)),
    leak(BESIDE, "leak 1 and table", 1, line(1), doubling(8)),
    leak(LATE, "leak 1 from run 6", 1, line(1, after=6), starts=6),
    leak(LATE, "cache 40, leak 1 from run 30", 1, fill(40), line(1, after=30)),
    harmless(FIRST, "20 rare first uses", first_uses(20, 200, 2)),
    harmless(CACHE, "cache 600, 30 blocks in 50 runs", arena(600, 50, 30), fills=600),
    harmless(CACHE, "cache 800, 1 in 2 runs", fill(800, 1, 0.5), fills=1600),
    harmless(KEYED, "800 keys, Zipf 0.8", zipf(800, 0.8, 3), fills=800),
    harmless(KEYED, "200 keys, Zipf 1.5", zipf(200, 1.5), fills=200),
    harmless(NOISE, "noise 4, long memory", noise(4, 0.9)),
    harmless(NOISE, "noise 15, short memory", noise(15, 0.3)),
    harmless(NOISE, "thread, rare", busy(0.02, 50, 60)),
    harmless(NOISE, "two levels 25 apart", telegraph(25, 60)),
    harmless(NOISE, "entries of 60 runs", living(2, 60)),
    harmless(NOISE, "pool of up to 40", walk(0.2, 1, 40)),
    harmless(TEETH, "sawtooth 30, steep", sawtooth(30, 2)),
    harmless(TEETH, "sawtooth 500", sawtooth(500)),
    harmless(TEETH, "emptied every 40 or so", flush(40)),
    harmless(WALKS, "random walk, steps of 2", walk(0.25, 2)),
    harmless(SLOWER, "power 0.7, x2", power(2, 0.7)),
    harmless(SLOWER, "random, as the power 0.6", records(3, 0.4)),
    harmless(SLOWER, "random, as the power 0.4", records(2, 0.6)),
    Process("leak 3 at 1.2 x rate, random", RANDOM, (at_rate(events(1.2, 3)),), per_rate=1.2),
    leak(UNDER_NOISE, "leak 1 in 4, random, noise 4", 0.25, events(0.25), noise(4, 0.9)),
    leak(UNDER_NOISE, "leak 1, two levels 25 apart", 1, line(1), telegraph(25, 60)),
    leak(UNDER_NOISE, "leak 1 in 2, entries of 60 runs", 0.5, every(2), living(2, 60)),
    leak(UNDER_TEETH, "leak 1 in 3 under sawtooth 30", 1 / 3, every(3), sawtooth(30)),
    leak(UNDER_TEETH, "leak 1, emptied every 40 or so", 1, line(1), flush(40)),
    leak(BESIDE, "leak 1 and 800 keys, Zipf 0.8", 1, line(1), zipf(800, 0.8)),
    leak(BESIDE, "leak 1 in 3, random, first uses", 1 / 3, events(1 / 3), first_uses(40, 30, 2)),
    leak(BESIDE, "leak 1 in 5, random, 100 keys", 0.2, events(0.2), keys(100)),
    leak(BESIDE, "leak 1 in 20, random, cache 100", 0.05, events(0.05), fill(100)),
)
