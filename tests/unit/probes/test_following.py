# SPDX-License-Identifier: MIT
"""Names of what was made are kept outside of Python's memory, in this process alone."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from leakcheck.errors import ProbeError
from leakcheck.probes import following
from leakcheck.probes.following import Names, follow, leave


def test_what_is_gone_is_forgotten_and_the_rest_stays_in_order(tmp_path: Path) -> None:
    names = Names("files")
    paths = [tmp_path / f"{at}-ä" for at in range(20)]
    for path in paths:
        path.touch()
        names.add(str(path))
        names.add(os.fsencode(path))
    assert names.present() == list(map(str, paths))
    for path in paths[::2]:
        path.unlink()
    assert names.present() == list(map(str, paths[1::2]))
    names.add(str(tmp_path))
    assert names.present() == [*map(str, paths[1::2]), str(tmp_path)]
    names.clear()
    assert names.present() == []


def test_names_take_no_memory_of_python(tmp_path: Path) -> None:
    names = Names("files")
    names.add(str(tmp_path))
    names.present()
    before = sys.getallocatedblocks()
    for _ in range(1000):
        names.add(str(tmp_path))
    assert sys.getallocatedblocks() - before < 20
    assert names.present() == [str(tmp_path)]


def test_more_names_than_there_is_room_for_are_an_error_and_no_silence() -> None:
    names = Names("files")
    for _ in range(following.ROOM // 1000 + 1):
        names.add("x" * 1000)
    with pytest.raises(ProbeError, match="more files were made than leakcheck can remember"):
        names.present()
    names.clear()
    assert names.present() == []


def test_an_event_is_followed_until_it_is_left_and_what_fails_there_is_no_ones_fault() -> None:
    told: list[object] = []
    follow("leakcheck.test", lambda arguments: told.append(arguments[0]))
    sys.audit("leakcheck.test", 1)
    sys.audit("leakcheck.other", 2)
    sys.audit("leakcheck.test")  # has no first argument: nobody hears of it
    leave("leakcheck.test")
    leave("leakcheck.test")
    sys.audit("leakcheck.test", 3)
    assert told == [1]


@pytest.mark.filterwarnings("ignore:.*is multi-threaded")  # as a worker of pytest-xdist is
def test_what_a_child_makes_is_not_told_of_its_parent(tmp_path: Path) -> None:
    names = Names("files")
    follow("tempfile.mkstemp", lambda arguments: names.add(str(arguments[0])))
    try:
        child = os.fork()
        if child == 0:
            tempfile.mkstemp(dir=tmp_path)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert names.present() == []
        assert len(list(tmp_path.iterdir())) == 1
    finally:
        leave("tempfile.mkstemp")
