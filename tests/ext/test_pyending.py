# SPDX-License-Identifier: MIT
"""Threads that end on their own soon after a run are not in the reading that follows it."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from leakcheck import _core

FOLDER = Path("/proc/self/task")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="nobody is waited for where threads are not counted in one call"
)


def threads() -> int:
    """Of this process, as the system counts them."""
    return len(list(FOLDER.iterdir()))


def test_a_thread_that_is_about_to_end_is_in_no_reading() -> None:
    def body() -> None:
        threading.Thread(target=time.sleep, args=(0.01,)).start()

    check = _core.Check(mode=_core.MODE_ADAPTIVE, rate=0.3, probes=(threads,))
    before = threads()
    check.drive(body)
    seen = [probes[0] for *_, probes in check.result()["readings"] if probes is not None]
    assert seen == [before] * len(seen)
    assert len(seen) > 1


def test_threads_that_stay_are_a_leak_all_the_same() -> None:
    go = threading.Event()
    left: list[threading.Thread] = []

    def body() -> None:
        left.append(threading.Thread(target=go.wait))
        left[-1].start()

    try:
        check = _core.Check(mode=_core.MODE_FIXED, iterations=20)
        check.drive(body)
    finally:
        go.set()
        for thread in left:
            thread.join()
    assert check.result()["slope"] > 1
