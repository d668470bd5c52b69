# SPDX-License-Identifier: MIT
"""The mutants of a source are those one would make by hand, and each is one change."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutation import c_mutants, py_mutants
from tests.mutation.__main__ import main, marked, survivors
from tests.mutation.mutants import Fate, Mutant, numbered, read_equivalent
from tests.mutation.page import Campaign, told, write

C = """\
/* a < b; */
#define SIX (2 * 3)
static const double PART = 0.5;
enum { MOST = 4 };

int
most(const int *values, int count)
{
    int at = 0;
    for (int i = 1; i < count; i++) {
        at = values[i] > values[at] && !values[0] ? i : at;
    }
    return at;
}
"""
PYTHON = '''\
"""Text 1."""

import re

LIMIT = 3


def small(one: "str", *, strict=True) -> int:
    """Text 2."""
    if strict and len(one) < LIMIT:
        return 0
    return f"{one} {-1}"
'''


def changes(mutants: list[Mutant]) -> list[tuple[int, str]]:
    return [(one.line, one.change) for one in mutants]


def test_the_mutants_of_c_leave_comments_macros_and_declarations_alone() -> None:
    assert changes(c_mutants.mutants_of(C, "most.c")) == [
        (3, "0.5 -> 0.25"),
        (3, "0.5 -> 1.0"),
        (4, "4 -> 3"),
        (4, "4 -> 5"),
        (9, "0 -> 1"),
        (10, "1 -> 0"),
        (10, "1 -> 2"),
        (10, "< -> <="),
        (10, "< -> >="),
        (10, "++ -> --"),
        (11, "at = values[i] > values[at] && !values[0] ? i : at; -> ;"),
        (11, "> -> <="),
        (11, "> -> >="),
        (11, "&& -> ||"),
        (11, "! -> "),
        (11, "0 -> 1"),
        (13, "return at; -> ;"),
    ]


def test_a_mutant_of_c_is_the_file_with_one_change() -> None:
    for mutant in c_mutants.mutants_of(C, "most.c"):
        after = c_mutants.changed(C, mutant)
        assert after == C[: mutant.start] + mutant.after + C[mutant.end :] != C


def test_the_mutants_of_python_leave_docstrings_imports_and_annotations_alone() -> None:
    assert changes(py_mutants.mutants_of(PYTHON, "small.py")) == [
        (5, "LIMIT = 3 -> pass"),
        (5, "3 -> 4"),
        (5, "3 -> 2"),
        (8, "True -> False"),
        (10, "strict and len(one) < LIMIT -> strict or len(one) < LIMIT"),
        (10, "len(one) < LIMIT -> len(one) <= LIMIT"),
        (10, "len(one) < LIMIT -> len(one) >= LIMIT"),
        (11, "return 0 -> pass"),
        (11, "0 -> 1"),
        (11, "0 -> -1"),
        (12, "return f'{one} {-1}' -> pass"),
        (12, "-1 -> 1"),
        (12, "1 -> 2"),
        (12, "1 -> 0"),
    ]


def test_a_mutant_of_python_is_the_module_with_one_change() -> None:
    whole = ast.unparse(ast.parse(PYTHON))
    found = [
        ast.unparse(py_mutants.changed(PYTHON, one))
        for one in py_mutants.mutants_of(PYTHON, "small.py")
    ]
    assert whole not in found
    assert len(set(found)) == len(found)


def test_a_key_stays_when_lines_move_and_tells_equal_changes_apart() -> None:
    first, second = numbered([Mutant("a.c", 3, 0, 1, "<", "<=", "a < b < c")] * 2)
    moved = numbered([Mutant("a.c", 9, 70, 71, "<", "<=", "a < b < c")])[0]
    assert first.key == moved.key == "a.c: a < b < c | < -> <="
    assert second.key == "a.c: a < b < c | < -> <= #2"


def test_a_reason_holds_for_the_keys_above_it(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.txt"
    path.write_text(
        "# remark\na.c: x | 1 -> 2\na.c: y | 1 -> 2\n  why\nb.c: z | + -> -\n  because\n"
    )
    assert read_equivalent(path) == {
        "a.c: x | 1 -> 2": "why",
        "a.c: y | 1 -> 2": "why",
        "b.c: z | + -> -": "because",
    }
    path.write_text("a.c: x | 1 -> 2\n")
    with pytest.raises(ValueError, match="no reason stands below"):
        read_equivalent(path)
    path.write_text("  why\n")
    with pytest.raises(ValueError, match=r"equivalent\.txt:1: a reason without a mutant"):
        read_equivalent(path)


def test_a_survivor_that_must_survive_does_not_count(tmp_path: Path) -> None:
    one, two, three = (Mutant("a.c", line, 0, 1, "<", "<=", f"line {line}") for line in (1, 2, 3))
    fates = {one: Fate.KILLED, two: Fate.SURVIVED, three: Fate.SURVIVED}
    known = {two.key: "it is the same"}
    assert survivors(fates, known) == [three]
    campaign = Campaign("growth", marked(fates, known), 9, 1, 2.0)
    assert campaign.score == 50.0
    assert "a sample of 3 of 9 mutants, seed 1" in told(campaign)
    assert told(campaign).endswith(f"survived  {three}")
    page = tmp_path / "page.md"
    write(page, [campaign], known, "python -m tests.mutation")
    assert "| a.c | 1 | 1 | 1 | 50.0 % |" in page.read_text()
    assert "- 1: it is the same" in page.read_text()


def test_the_command_lists_the_mutants_of_a_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["growth", "--list", "--sample", "7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert all(line.startswith("csrc/core/growth") and " -> " in line for line in lines)
    with pytest.raises(SystemExit):
        main(["nothing"])


def test_a_pattern_that_no_mutant_stands_at_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["growth", "--list", "--only", "csrc/core/growth.c"])
    assert "no mutant of growth stands at csrc/core/growth.c" in capsys.readouterr().err
    assert main(["--list", "--only", "*growth_plan.c:*"]) == 0
    assert "judge" not in capsys.readouterr().out


def test_every_equivalent_mutant_is_still_one() -> None:
    root = Path(__file__).resolve().parents[2]
    keys = set()
    for pattern, mutants_of in (
        ("csrc/core/growth*.c", c_mutants.mutants_of),
        ("leakcheck/judge/*.py", py_mutants.mutants_of),
    ):
        for path in root.glob(pattern):
            name = path.relative_to(root).as_posix()
            keys |= {one.key for one in mutants_of(path.read_text(encoding="utf-8"), name)}
    assert set(read_equivalent()) <= keys
