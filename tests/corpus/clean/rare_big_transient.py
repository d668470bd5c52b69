# SPDX-License-Identifier: MIT
"""Each 11th run makes much more than the others.

Expect: not LEAK
"""

import itertools

NUMBERS = itertools.count()


def scenario():
    if next(NUMBERS) % 11 == 0:
        del [object() for _ in range(5000)][:]
