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
from collections.abc import Callable, Iterator
from typing import Any

from failing_sampler import controls, load, walk_requests  # type: ignore[import-not-found]

RUNS = 12
NATIVE = 2
"""The book of a site that is native."""


def listen(core: Any) -> str:
    """What an attempt to listen ends in."""
    try:
        return "heard" if core.native_listen() else "no shim"
    except MemoryError:
        return "MemoryError"


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
    own = library.lc_mem_failing_outstanding()
    runs = refused = before = 0

    def body() -> None:
        nonlocal runs, refused
        refused += needy(int(keep))
        runs += 1

    def once() -> str:
        nonlocal runs, refused, before
        runs = refused = 0
        before = core.native_blocks()
        return fate(core, body)

    def faults() -> Iterator[tuple[str, bool]]:
        more = core.native_blocks() - before
        yield f"{refused} requests of the body's own failed", refused != 0
        yield f"{more} native blocks more after {runs} runs", more != 2 * runs * keep
        yield "a check is still active", core.active()
        yield "memory is left", library.lc_mem_failing_outstanding() != own

    return walk_requests(library, count, once, faults)


def main() -> None:
    """Listen, then walk with a body that leaks and with one that does not."""
    path, needy, count = sys.argv[1], ctypes.CDLL(sys.argv[2]).needy, int(sys.argv[3])
    core, library = load(path), controls(path)
    fates = [walk_requests(library, count, lambda: listen(core))]
    needy(0)  # The C library's own first blocks: a thread's stack and the like.
    fate(core, lambda: None)
    fates += [walk(core, library, needy, count, keep=keep) for keep in (True, False)]
    print(json.dumps(fates))


main()
