# SPDX-License-Identifier: MIT
"""Much is made in a run and nothing is kept.

Expect: not LEAK
"""


def scenario():
    rows = [{"number": n, "parts": [str(n), n / 3]} for n in range(200)]
    return sum(row["number"] for row in rows)
