# SPDX-License-Identifier: MIT
"""The value under a weak key is the key itself, so it never dies.

Expect: LEAK
Line: WRAPPERS[stream] = stream
Line: wrap(io.StringIO("text"))
"""

import io
import weakref

WRAPPERS = weakref.WeakKeyDictionary()


def wrap(stream):
    WRAPPERS[stream] = stream
    return stream


def scenario():
    wrap(io.StringIO("text"))
