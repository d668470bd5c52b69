# SPDX-License-Identifier: MIT
"""A buffer is flushed at each 64th entry.

Expect: not LEAK
"""

BUFFER = []


def scenario():
    BUFFER.append({"level": "info", "text": "y" * 50})
    if len(BUFFER) >= 64:
        BUFFER.clear()
