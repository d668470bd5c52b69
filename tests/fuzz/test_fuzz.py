# SPDX-License-Identifier: MIT
import random

import pytest

from tests.fuzz import __main__ as fuzz
from tests.fuzz.damage import bytes_of, value_of
from tests.fuzz.whole import BASELINES, SESSIONS
from tests.unit.unchecked import LONG


@LONG
@pytest.mark.slow
def test_damaged_files_end_in_a_use_or_in_one_line(capsys):
    assert fuzz.main(["--count", "1500", "--seed", "7"]) == 0
    assert "1,500 damaged files" in capsys.readouterr().out


@pytest.mark.parametrize("reader", fuzz.KINDS[::2])
def test_whole_files_are_readable(tmp_path, reader):
    read, whole = reader
    (tmp_path / "whole.json").write_bytes(whole)
    assert read(tmp_path / "whole.json") is True


def test_a_reader_that_fails_is_told_with_its_file(capsys, monkeypatch):
    monkeypatch.setattr(fuzz, "KINDS", ((lambda path: 1 // 0, BASELINES[0]),))
    assert fuzz.main(["--count", "3"]) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "input 0 of seed 1" in said


def test_damage_is_damage_and_the_same_for_the_same_seed():
    for harm in (bytes_of, value_of):
        made = [harm(SESSIONS[0], random.Random(seed)) for seed in range(50)]
        assert made == [harm(SESSIONS[0], random.Random(seed)) for seed in range(50)]
        assert len(set(made)) > 40
