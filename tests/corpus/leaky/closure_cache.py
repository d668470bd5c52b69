# SPDX-License-Identifier: MIT
"""A dict that only a closure sees keeps every answer.

Expect: LEAK
Line: seen[key] = [key] * 3
"""

import itertools

NUMBERS = itertools.count()


def remembering():
    seen = {}

    def look_up(key):
        if key not in seen:
            seen[key] = [key] * 3
        return seen[key]

    return look_up


LOOK_UP = remembering()


def scenario():
    LOOK_UP(next(NUMBERS))
