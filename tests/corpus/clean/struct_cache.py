# SPDX-License-Identifier: MIT
"""Formats fill a cache that is emptied when full.

Expect: not LEAK
"""

import itertools
import struct

NUMBERS = itertools.count(1)


def scenario():
    return len(struct.pack(f"{next(NUMBERS) % 2000 + 1}s", b"z"))
