# SPDX-License-Identifier: MIT
"""A log of the last 60 entries.

Expect: not LEAK
"""

import collections
import itertools

NUMBERS = itertools.count()
LAST = collections.deque(maxlen=60)


def scenario():
    LAST.append({"number": next(NUMBERS), "text": "x" * 20})
