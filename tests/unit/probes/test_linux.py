# SPDX-License-Identifier: MIT
"""What is read of /proc, and the room that leaks of descriptors need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from leakcheck.probes import descriptors, linux
from tests.unit.unchecked import LONG

ROOM = """
import os, resource, sys
from leakcheck.probes import linux
soft, hard, opened = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
for _ in range(opened):
    os.open(os.devnull, os.O_RDONLY)
linux.make_room()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""

FAST = """
import os, resource
from leakcheck import check
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 4096))
def body():
    for _ in range(8):
        os.dup(0)
result = check(body, probes="descriptors")
print(result.verdict, result.rate, len(result.opened))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "opened", "then"),
    [
        (1000, 4000, 0, 1000),  # enough
        (1000, 4000, 500, 4000),  # as much as there may be
        (600, 600, 0, 600),  # nothing to be done
    ],
)
def test_the_limit_is_raised_only_where_few_descriptors_are_left(
    soft: int, hard: int, opened: int, then: int
) -> None:
    command = [sys.executable, "-c", ROOM, str(soft), str(hard), str(opened)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) == then


def test_before_a_confirmation_it_is_raised_for_all_that_one_may_open() -> None:
    source = ROOM.replace("make_room", "make_more_room")
    command = [sys.executable, "-c", source, "1000", "8000", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert linux.MORE < int(done.stdout) < linux.MORE + 100


@LONG
@pytest.mark.slow
def test_a_fast_leak_is_confirmed_within_a_soft_limit_of_a_thousand() -> None:
    command = [sys.executable, "-c", FAST]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["leak", "8.0", "1"]


def test_both_ways_of_counting_descriptors_agree() -> None:
    before = descriptors._by_list()
    handle = os.open(os.devnull, os.O_RDONLY)
    try:
        assert descriptors._by_list() == before + 1
        assert len(linux.numbers()) == before + 1
        assert not linux.sized() or descriptors._by_size() == before + 1
        assert linux.target(handle) == os.devnull
    finally:
        os.close(handle)
