# SPDX-License-Identifier: MIT
"""A bus keeps every subscriber; nobody ever leaves.

Expect: LEAK
Line: LISTENERS.append(on_message)
Line: def on_message(text):
"""

LISTENERS = []


def subscribe(name):
    def on_message(text):
        return name + text

    LISTENERS.append(on_message)


def scenario():
    subscribe("client")
