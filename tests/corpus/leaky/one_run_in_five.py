# SPDX-License-Identifier: MIT
"""Only each fifth run keeps something.

Expect: LEAK
Line: KEPT.append(bytes(200))
"""

import itertools

NUMBERS = itertools.count()
KEPT = []


def scenario():
    if next(NUMBERS) % 5 == 0:
        KEPT.append(bytes(200))
