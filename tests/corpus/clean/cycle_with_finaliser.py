# SPDX-License-Identifier: MIT
"""Cycles whose objects have finalisers are collected.

Expect: not LEAK
"""


class Node:
    def __init__(self):
        self.other = None

    def __del__(self):
        self.other = None


def scenario():
    left, right = Node(), Node()
    left.other, right.other = right, left
