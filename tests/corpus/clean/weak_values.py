# SPDX-License-Identifier: MIT
"""A registry that does not own what it lists.

Expect: not LEAK
"""

import itertools
import weakref

NUMBERS = itertools.count()
ALIVE = weakref.WeakValueDictionary()


class Thing:
    pass


def scenario():
    thing = Thing()
    thing.me = thing
    ALIVE[next(NUMBERS)] = thing
