# SPDX-License-Identifier: MIT
"""A memo with the usual limit of 128.

Expect: not LEAK
"""

import functools
import itertools

NUMBERS = itertools.count()


@functools.lru_cache(maxsize=128)
def squares(number):
    return [number, number * number]


def scenario():
    squares(next(NUMBERS))
