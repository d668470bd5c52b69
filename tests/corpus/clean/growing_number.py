# SPDX-License-Identifier: MIT
"""A counter gets a few more digits, not more objects.

Expect: not LEAK
"""

TOTAL = [1]


def scenario():
    TOTAL[0] = TOTAL[0] + 10**12
