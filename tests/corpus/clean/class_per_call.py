# SPDX-License-Identifier: MIT
"""A class is made in each run, by a factory, and collected.

Expect: not LEAK
"""

from dataclasses import make_dataclass


def scenario():
    point = make_dataclass("Point", ["x", "y"])
    return point(1, 2).x
