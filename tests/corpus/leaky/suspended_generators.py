# SPDX-License-Identifier: MIT
"""Generators that were started and never ended are kept.

Expect: LEAK
Line: RUNNING.append(steps)
Line: steps = work(10)
"""

RUNNING = []


def work(size):
    yield size
    yield size + 1


def scenario():
    steps = work(10)
    next(steps)
    RUNNING.append(steps)
