# SPDX-License-Identifier: MIT
"""Every subclass is written into a list of plug-ins.

Expect: LEAK
Line: class Report(Plugin):
"""

REGISTRY = []


class Plugin:
    def __init_subclass__(cls):
        REGISTRY.append(cls)


def scenario():
    class Report(Plugin):
        pass
