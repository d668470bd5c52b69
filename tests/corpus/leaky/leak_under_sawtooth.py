# SPDX-License-Identifier: MIT
"""A buffer that is flushed hides a list that is not.

Expect: LEAK
Line: LEDGER.append(len(BUFFER) * 1000)
"""

LEDGER = []
BUFFER = []


def scenario():
    BUFFER.append(object())
    LEDGER.append(len(BUFFER) * 1000)
    if len(BUFFER) == 7:
        BUFFER.clear()
