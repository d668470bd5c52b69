# SPDX-License-Identifier: MIT
"""Sources of generated code are registered and never dropped.

Expect: LEAK
Line: linecache.cache[name] =
"""

import itertools
import linecache

NUMBERS = itertools.count()


def scenario():
    source = "answer = 42\n"
    name = f"<form {next(NUMBERS)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
