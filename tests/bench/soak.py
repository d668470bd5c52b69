# SPDX-License-Identifier: MIT
"""Does the sampler stay as small over very many allocations, turnovers and checks as it began?

Each row is one process under load without a pause. Its resident memory is read after each hundredth
of the work, outside of what is counted.
"""

from __future__ import annotations

import time
from array import array
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

from tests.bench.child import in_child
from tests.bench.figures import BenchError, Options, Table
from tests.bench.memory import resident

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARTS: Final = 100
"""Readings of the memory in each row."""
SETTLED: Final = 10
"""Tables have their size after so many of the parts; flat is what comes behind."""
SHORTER: Final = 100
"""With --quick the work is divided by this."""
ALLOCATIONS: Final = 1_000_000_000
TURNOVERS: Final = 100_000_000
SLOTS: Final = 100_000
DEPTHS: Final = 40
CHECKS: Final = 100_000
LONG: Final = 86_400.0
CLEAN: Final = 0


def _deep(depth: int, what: Callable[[], None]) -> None:
    if depth:
        _deep(depth - 1, what)
    else:
        what()


def allocations(work: int) -> dict[str, Any]:
    """Make and release one object after the other under a trace, `work` in all."""
    part = work // PARTS

    def body() -> None:
        for _ in repeat(None, part):
            object()

    return _traced(body, work)


def turnovers(work: int) -> dict[str, Any]:
    """Hold SLOTS objects and replace each in turn, from stacks of DEPTHS depths, `work` in all."""
    slots: list[object] = [bytes(16)] * SLOTS
    share = work // PARTS // DEPTHS
    place = 0

    def replace() -> None:
        nonlocal place
        # Sizes on both sides of pymalloc's limit, so in both of the domains.
        for number in range(share):
            slots[place] = bytearray(64 if number % 16 else 700)
            place = (place + 1) % SLOTS

    def body() -> None:
        for depth in range(DEPTHS):
            _deep(depth, replace)

    return _traced(body, work)


def _traced(body: Callable[[], None], work: int) -> dict[str, Any]:
    """One check of PARTS runs behind its warm-up, all of it traced; memory after each run."""
    from leakcheck import _core

    sizes = array("q", bytes(16 * PARTS))  # There beforehand; numbers in it are no blocks.
    runs = 0
    check = _core.Check(mode=_core.MODE_FIXED, iterations=PARTS, max_seconds=LONG)
    began = time.perf_counter()
    while (batch := check.next()) >= 0:
        for _ in range(batch):
            body()
            sizes[runs] = resident()
            runs += 1
        check.read()
    seconds = time.perf_counter() - began
    result = check.result()
    if result["dropped"]:
        raise BenchError(f"{result['dropped']} of {work} allocations were dropped")
    return {"sizes": list(sizes[:runs]), "seconds": seconds, "verdicts": [result["verdict"]]}


def checks(work: int) -> dict[str, Any]:
    """Begin, drive and close `work` checks, every tenth of them traced, as a very long session."""
    from leakcheck import _core

    def quiet() -> None:
        sorted((3, 1, 2))

    sizes, verdicts = [], set()
    began = time.perf_counter()
    for _ in range(PARTS):
        for number in range(work // PARTS):
            traced = number % 10 == 0
            check = _core.Check(mode=_core.MODE_FIXED, iterations=12) if traced else _core.Check()
            check.drive(quiet)
            check.close()
            verdicts.add(check.result()["verdict"])
        sizes.append(resident())
    return {"sizes": sizes, "seconds": time.perf_counter() - began, "verdicts": sorted(verdicts)}


def ask(options: Options) -> Iterator[Table]:
    """One table: a row for each kind of load."""
    rows = []
    for what, function, whole in (
        ("allocations, each released at once", "allocations", ALLOCATIONS),
        (f"turnovers of {SLOTS:,} live blocks", "turnovers", TURNOVERS),
        ("whole checks, one in ten traced", "checks", CHECKS),
    ):
        work = whole // (SHORTER if options.quick else 1)
        done = in_child("tests.bench.soak", function, work=work)
        if done["verdicts"] != [CLEAN]:
            raise BenchError(
                f"{function}: verdicts {done['verdicts']} of a body that keeps nothing"
            )
        begun, settled, end = (done["sizes"][index] / 2**20 for index in (0, SETTLED, -1))
        most = max(done["sizes"][SETTLED:]) / 2**20
        rows.append(
            (
                what,
                f"{work:,}",
                f"{done['seconds']:.0f}",
                *(f"{size:.2f}" for size in (begun, settled, end, most)),
                f"{(end - settled) * 2**20 / work:+.4f}",
            )
        )
    yield Table(
        "Resident memory under load, MiB",
        (
            "One process a row. Read after the first of 100 parts of the work, after a tenth of it, and at",
            "its end; *most*: the most from the tenth on; *bytes each*: growth from there to the end, divided",
            "by all of the work. Nothing may be dropped and each verdict must be CLEAN, else there is no row.",
            "Bar: flat.",
        ),
        ("load", "work", "seconds", "first", "settled", "end", "most", "bytes each"),
        tuple(rows),
    )
