# SPDX-License-Identifier: MIT
"""Code is compiled, run often enough to be specialised, and dropped.

Expect: not LEAK
"""


def scenario():
    space = {}
    exec("def add(a, b):\n    return a + b\n", space)
    for number in range(20):
        space["add"](number, 1)
