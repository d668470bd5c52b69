# SPDX-License-Identifier: MIT
"""A dict keeps the last 100 keys.

Expect: not LEAK
"""

import itertools

NUMBERS = itertools.count()
WINDOW = {}


def scenario():
    number = next(NUMBERS)
    WINDOW[number] = [number]
    WINDOW.pop(number - 100, None)
