# SPDX-License-Identifier: MIT
"""A context variable made for each request stays in the context.

Expect: LEAK
Line: current = contextvars.ContextVar("current")
Line: current.set([1, 2, 3])
"""

import contextvars


def scenario():
    current = contextvars.ContextVar("current")
    current.set([1, 2, 3])
