# SPDX-License-Identifier: MIT
"""How many strings are interned, where the interpreter lets one look."""

from __future__ import annotations

import sys

import pytest

from leakcheck import _core


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 hides them")
def test_each_new_interned_string_counts_once() -> None:
    names = [f"never interned before {i} {id(object())}" for i in range(50)]
    before = _core.interned()
    kept = [sys.intern(name) for name in names]
    again = [sys.intern(name) for name in names]
    after = _core.interned()
    assert before is not None
    assert after is not None
    assert after - before == 50
    assert kept == again


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="3.12 and later do not hide them")
def test_an_interpreter_that_hides_them_is_not_guessed_at() -> None:
    assert _core.interned() is None
