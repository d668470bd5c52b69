# SPDX-License-Identifier: MIT
"""A list of the thread grows with each request.

Expect: LEAK
Line: LOCAL.history.append({"path": "/"})
"""

import threading

LOCAL = threading.local()


def scenario():
    if not hasattr(LOCAL, "history"):
        LOCAL.history = []
    LOCAL.history.append({"path": "/"})
