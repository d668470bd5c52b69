# SPDX-License-Identifier: MIT
"""A cycle is collected, but its finaliser puts the object back.

Expect: LEAK
Line: SAVED.append(self)
Line: Job()
Line: self.me = self
"""

SAVED = []


class Job:
    def __init__(self):
        self.me = self

    def __del__(self):
        SAVED.append(self)


def scenario():
    Job()
