# SPDX-License-Identifier: MIT
"""A sampler that was built with mem_failing.c, loaded in a process of its own."""

from __future__ import annotations

import ctypes
import importlib.util
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count as numbers
from typing import Any

EVER = 2**62
"""More requests than a process makes."""


def load(path: str) -> Any:
    """The sampler of that file."""
    spec = importlib.util.spec_from_file_location("leakcheck._core", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def controls(path: str) -> ctypes.CDLL:
    """What mem_failing.c exports, of the sampler of that file."""
    library = ctypes.CDLL(path)
    library.lc_mem_failing_set.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
    library.lc_mem_failing_set.restype = None
    library.lc_mem_failing_failed.restype = ctypes.c_size_t
    library.lc_mem_failing_outstanding.restype = ctypes.c_size_t
    return library


def walk_requests(
    library: ctypes.CDLL,
    count: int,
    once: Callable[[], str],
    faults: Callable[[], Iterable[tuple[str, bool]]] = tuple,
) -> Counter[str]:
    """How often `once` ended in what, once for each request that can fail; what is wrong ends it.

    Args:
        library: the controls of the sampler.
        count: requests that fail from the nth on, for every n; 0: all that follow.
        once: does the work, and says what it ended in.
        faults: asked when requests succeed again: what might be wrong, and whether it is.
    """
    fates: Counter[str] = Counter()
    for n in numbers(1):
        library.lc_mem_failing_set(n, count or EVER)
        ended = once()
        failed = library.lc_mem_failing_failed()
        library.lc_mem_failing_set(0, 0)
        wrong = [text for text, bad in faults() if bad]
        if wrong:
            raise SystemExit(f"request {n}: {ended}; {', '.join(wrong)}")
        if failed == 0:
            fates[f"undisturbed: {ended}"] += 1
            break
        fates[ended] += 1
    return fates
