# SPDX-License-Identifier: MIT
"""Threads are started and joined.

Expect: not LEAK
"""

import threading


def scenario():
    done = []
    threads = [threading.Thread(target=done.append, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
