# SPDX-License-Identifier: MIT
"""A memo without a limit, asked for a new key each time.

Expect: LEAK
Line: return {"id": number, "tags": [number]}
"""

import functools
import itertools

NUMBERS = itertools.count()


@functools.cache
def profile(number):
    return {"id": number, "tags": [number]}


def scenario():
    profile(next(NUMBERS))
