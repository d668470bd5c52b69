import itertools
from collections import OrderedDict


class Cache:
    """Remembers the last `limit` values."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[int, bytes] = OrderedDict()

    def get(self, key: int) -> bytes:
        if key not in self._values:
            self._values[key] = bytes(512)
            if len(self._values) > self._limit:
                self._values.popitem(last=False)
        return self._values[key]


_cache = Cache(limit=32)
_keys = itertools.count()


def test_a_new_key_gets_a_value() -> None:
    assert len(_cache.get(next(_keys))) == 512
