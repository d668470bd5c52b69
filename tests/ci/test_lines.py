# SPDX-License-Identifier: MIT
"""The lines of leakcheck that tests pass are counted without a tracer, by coverage.py's rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LINES = Path(__file__).resolve().parents[2] / "ci" / "lines.py"
MODULE = '''\
"""A docstring."""

from __future__ import annotations

SIZE = 3
"""What stands below a name."""


class Box:
    """Another."""

    side = SIZE


def choose(word):
    """One more."""
    global SIZE
    match word:
        case "raise":
            try:
                raise KeyError(word)
            except KeyError:
                return "caught"
        case _:
            if word == "never":
                return "never"
            elif word:
                SIZE = 4
    return word
'''
ALL_BUT = "import sys; sys.settrace(None); from leakcheck.box import choose as c; {}"


def lines(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(LINES), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def passed(tree: Path, code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ALL_BUT.format(code)]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "leakcheck").mkdir()
    (tmp_path / "leakcheck" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "leakcheck" / "box.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    assert lines("count", str(tmp_path)).returncode == 0
    return tmp_path


def test_the_line_that_no_process_passed_is_named_and_all_others_are_not(tree: Path) -> None:
    assert passed(tree, "c('raise')").returncode == 0
    assert passed(tree, "c('other')").returncode == 0
    done = lines("report", str(tree), "50")
    assert done.returncode == 0, done.stderr
    (row,) = [row for row in done.stdout.splitlines() if "box.py" in row]
    assert row.split("%")[1].strip() == "26"


def test_a_process_that_is_killed_has_counted_too(tree: Path) -> None:
    assert passed(tree, "c('raise'); import os; os.kill(os.getpid(), 9)").returncode == -9
    assert passed(tree, "c('never')").returncode == 0
    assert passed(tree, "c('other')").returncode == 0
    done = lines("report", str(tree), "100")
    assert done.returncode == 0, done.stdout
    assert "lines: 100.00% of leakcheck" in done.stdout


def test_fewer_lines_than_asked_for_are_a_failure(tree: Path) -> None:
    done = lines("report", str(tree), "97")
    assert done.returncode == 1
    assert "lines: 0.00% of leakcheck, 97% are asked for" in done.stdout


def test_what_is_not_understood_says_how_it_is_called() -> None:
    done = lines("measure")
    assert done.returncode == 2
    assert "count TREE" in done.stderr
