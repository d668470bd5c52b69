# SPDX-License-Identifier: MIT
"""Each session asks to be closed at exit and is kept for it.

Expect: LEAK
Line: atexit.register(self.close)
Line: self.buffer = []
Line: Session()
"""

import atexit


class Session:
    def __init__(self):
        self.buffer = []
        atexit.register(self.close)

    def close(self):
        self.buffer.clear()


def scenario():
    Session()
