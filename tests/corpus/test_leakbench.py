# SPDX-License-Identifier: MIT
"""The whole folder of real leaks and traps, when it is here and FULL=1 is set."""

from __future__ import annotations

import os
import re

import pytest

from tests.corpus import __main__ as corpus
from tests.corpus import cases

SKIP = (
    "FULL=1 is not set: all real leaks take minutes"
    if os.environ.get("FULL") != "1"
    else "no folder of leak cases here (LEAKBENCH names one)"
    if cases.folder_of_cases(None) is None
    else ""
)


@pytest.mark.slow
@pytest.mark.skipif(bool(SKIP), reason=SKIP or "ready")
def test_every_real_leak_is_found_and_every_trap_is_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert corpus.main([]) == 0, capsys.readouterr().out


def test_a_folder_that_is_not_there_ends_in_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert corpus.main(["--leakbench", "no-such-folder"]) == 2
    told = capsys.readouterr().err.strip()
    assert len(told.splitlines()) == 1
    assert re.search(r"--leakbench DIR.*LEAKBENCH", told)
