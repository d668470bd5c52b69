# SPDX-License-Identifier: MIT
"""How many strings are interned, where the interpreter lets one look."""

from __future__ import annotations

import gc
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


@pytest.mark.skipif(sys.version_info < (3, 14), reason="the collector does not list it before")
def test_the_interpreters_own_dict_of_them_is_told_from_others() -> None:
    found = [one for one in gc.get_objects() if _core.is_interned(one)]
    assert [len(one) for one in found] == [_core.interned()]
    assert not _core.is_interned(dict(found[0]))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="3.12 and later do not hide them")
def test_an_interpreter_that_hides_them_is_not_guessed_at() -> None:
    assert _core.interned() is None
