# SPDX-License-Identifier: MIT
"""A memo without a limit, but only 37 keys are ever asked for.

Expect: not LEAK
"""

import functools
import itertools

NUMBERS = itertools.count()


@functools.cache
def times(number):
    return [number] * 5


def scenario():
    times(next(NUMBERS) % 37)
