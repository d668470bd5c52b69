# SPDX-License-Identifier: MIT
"""One block a run for the first 150 runs, then no more.

Expect: not LEAK
"""

POOL = []


def scenario():
    if len(POOL) < 150:
        POOL.append(bytearray(30))
