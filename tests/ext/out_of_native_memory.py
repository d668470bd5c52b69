# SPDX-License-Identifier: MIT
"""Run by test_out_of_memory.py with the shim preloaded: native memory is heard as ours runs out.

`out_of_native_memory.py EXTENSION LIBRARY COUNT` fails COUNT requests of the sampler's (0: all that
follow) from the nth on, for every n, first as it begins to listen and then in whole checks of
native_needy.c, and prints what became of each.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from failing_sampler import EVER, controls, load  # type: ignore[import-not-found]

RUNS = 12
NATIVE = 2
"""The book of a site that is native."""


def listen(core: Any, library: ctypes.CDLL, count: int) -> Counter[str]:
    """What each attempt to listen ends in, until one is not disturbed."""
    fates: Counter[str] = Counter()
    n = 0
    while True:
        n += 1
        library.lc_mem_failing_set(n, count or EVER)
        try:
            ended = "heard" if core.native_listen() else "no shim"
        except MemoryError:
            ended = "MemoryError"
        failed = library.lc_mem_failing_failed()
        library.lc_mem_failing_set(0, 0)
        if failed == 0:
            fates[f"undisturbed: {ended}"] += 1
            return fates
        fates[ended] += 1


def follows(site: Any) -> bool:
    """A native site with a block more, or two, for each run."""
    _, _, book, blocks, *_ = site
    return book == NATIVE and RUNS <= blocks[-1] - blocks[0] <= 2 * RUNS


def fate(core: Any, body: Callable[[], None]) -> str:
    """What one check ends in."""
    check = None
    try:
        check = core.Check(mode=core.MODE_FIXED, iterations=RUNS, probes=(core.native_blocks,))
        check.drive(body)
        result = check.result()
    except MemoryError:
        return "MemoryError"
    if result["dropped"] > 0:
        return "inconclusive"
    ended = "leak" if any(map(follows, result["sites"])) else "nothing follows"
    return f"{ended}, stacks missing" if result["native_unplaced"] > 0 else ended


def walk(core: Any, library: ctypes.CDLL, needy: Any, count: int, *, keep: bool) -> Counter[str]:
    """The fates of checks, one for each request that can fail; what is wrong ends it."""
    fates: Counter[str] = Counter()
    own = library.lc_mem_failing_outstanding()
    n = 0
    while True:
        n += 1
        runs = refused = 0

        def body() -> None:
            nonlocal runs, refused
            refused += needy(int(keep))
            runs += 1

        before = core.native_blocks()
        library.lc_mem_failing_set(n, count or EVER)
        ended = fate(core, body)
        failed = library.lc_mem_failing_failed()
        library.lc_mem_failing_set(0, 0)
        more = core.native_blocks() - before
        wrong = [
            text
            for text, bad in (
                (f"{refused} requests of the body's own failed", refused != 0),
                (f"{more} native blocks more after {runs} runs", more != 2 * runs * keep),
                ("a check is still active", core.active()),
                ("memory is left", library.lc_mem_failing_outstanding() != own),
            )
            if bad
        ]
        if wrong:
            raise SystemExit(f"request {n}: {ended}; {', '.join(wrong)}")
        if failed == 0:
            fates[f"undisturbed: {ended}"] += 1
            return fates
        fates[ended] += 1


def main() -> None:
    """Listen, then walk with a body that leaks and with one that does not."""
    path, needy, count = sys.argv[1], ctypes.CDLL(sys.argv[2]).needy, int(sys.argv[3])
    core, library = load(path), controls(path)
    fates = [listen(core, library, count)]
    needy(0)  # The C library's own first blocks: a thread's stack and the like.
    fate(core, lambda: None)
    fates += [walk(core, library, needy, count, keep=keep) for keep in (True, False)]
    print(json.dumps(fates))


main()
