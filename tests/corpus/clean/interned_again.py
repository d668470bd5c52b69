# SPDX-License-Identifier: MIT
"""The same few names are interned in each run.

Expect: not LEAK
"""

import sys


def scenario():
    for number in range(10):
        sys.intern(f"column_{number}")
