import unittest

from leakcheck import leakcheck


class Subscription:
    __slots__ = ("callback",)

    def __init__(self, callback: object) -> None:
        self.callback = callback


_subscriptions: list[Subscription] = []


def subscribe(callback: object) -> None:
    _subscriptions.append(Subscription(callback))


class SubscriberTest(unittest.TestCase):
    @leakcheck
    def test_subscribing_is_remembered(self) -> None:
        subscribe(print)
        self.assertIs(_subscriptions[-1].callback, print)

    @leakcheck(rate=0.1)
    def test_cleanups_are_part_of_a_run(self) -> None:
        opened: list[object] = []
        self.addCleanup(opened.clear)
        opened.append(bytes(100))

    def test_not_decorated(self) -> None:
        self.assertIsInstance(_subscriptions, list)
