# SPDX-License-Identifier: MIT
"""Blocks over 512 bytes are no blocks of the raw domain, on the versions that count them apart."""

from __future__ import annotations

import sys

import pytest

from leakcheck import _core

TRACED = 2
"""The phase whose readings count from its own beginning."""


def readings(body: object) -> list[tuple[int, int]]:
    """Live blocks, and those of the raw domain, at each reading before a trace."""
    check = _core.Check(mode=_core.MODE_ADAPTIVE, rate=0.3)
    check.drive(body)
    return [(one[2], one[3]) for one in check.result()["readings"] if one[0] != TRACED]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a static variable of the interpreter")
def test_a_table_that_crosses_512_bytes_and_comes_back_moves_nothing() -> None:
    kept: dict[int, int] = {}
    sizes = iter([4, 30, 4, 30] * 100)

    def body() -> None:
        # As many blocks in each run; only the size of one of them differs.
        kept.clear()
        kept.update(dict.fromkeys(range(next(sizes)), 0))

    body()
    assert len(set(readings(body))) == 1


def test_a_large_block_that_is_kept_is_a_block_of_objects() -> None:
    kept: list[bytes] = []
    before, *_, last = readings(lambda: kept.append(bytes(4000)))
    assert last[0] > before[0]
    if sys.version_info >= (3, 12):
        assert last[1] == before[1]
