# SPDX-License-Identifier: MIT
"""Two ways lead to the line that keeps.

Expect: LEAK
Line: STORE[(kind, next(NUMBERS))] = bytearray(64)
"""

import itertools

NUMBERS = itertools.count()
STORE = {}


def remember(kind):
    STORE[(kind, next(NUMBERS))] = bytearray(64)


def read():
    remember("read")


def write():
    remember("write")
    remember("write")


def scenario():
    read()
    write()
