# SPDX-License-Identifier: MIT
"""A set of strings is cut in half when it is full.

Expect: not LEAK
"""

import itertools

NUMBERS = itertools.count()
SEEN = set()


def scenario():
    SEEN.add(f"user {next(NUMBERS)}")
    if len(SEEN) > 80:
        SEEN.difference_update(list(SEEN)[:40])
