"""Leaked until this pull request, which gave the dict its key; the baseline lists it still."""

_PRICES = {}


def price(item):
    _PRICES[item] = [item, 1]
    return _PRICES[item][1]
