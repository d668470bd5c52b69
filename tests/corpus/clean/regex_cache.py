# SPDX-License-Identifier: MIT
"""New patterns fill the cache of compiled ones, which has a limit.

Expect: not LEAK
"""

import itertools
import re

NUMBERS = itertools.count()


def scenario():
    return re.search(f"k{next(NUMBERS)}$", "k1")
