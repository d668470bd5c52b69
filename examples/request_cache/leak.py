"""A small server that remembers every answer it ever gave."""

import itertools

_CACHE: dict[int, bytes] = {}
_request_ids = itertools.count(2000)


def handle(request_id: int) -> bytes:
    if request_id not in _CACHE:
        _CACHE[request_id] = bytes(1024)
    return _CACHE[request_id]


def serve() -> None:
    """Handle one request, under the next id."""
    handle(next(_request_ids))
