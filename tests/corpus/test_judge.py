# SPDX-License-Identifier: MIT
"""The judging of the truth tables: right answers pass, wrong ones do not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.corpus.cases import EITHER, LEAK, QUIET, Spot
from tests.corpus.judge import judge, matches

SPOT = Spot("pkg/store.py", "CACHE[key] = value")


def frame(file: str, line: int = 3, text: str = "CACHE[key] = value") -> dict[str, Any]:
    return {"file": file, "function": "f", "line": line, "text": text}


def told(verdict: str, *frames: dict[str, Any], grows: bool = True) -> dict[str, Any]:
    sites = [{"grows": grows, "frames": list(frames)}] if frames else []
    return {"verdict": verdict, "reason": "because", "sites": sites}


def test_a_spot_is_met_by_the_last_parts_of_the_file_and_the_text() -> None:
    assert matches(frame("/lib/pkg/store.py"), SPOT)
    assert not matches(frame("/lib/otherpkg/store.py"), SPOT)
    assert not matches(frame("/lib/pkg/store.py", text="other()"), SPOT)


def test_a_numbered_spot_is_met_by_the_line_alone() -> None:
    spot = Spot("pkg/store.py", line=7)
    assert matches(frame("/lib/pkg/store.py", 7, ""), spot)
    assert not matches(frame("/lib/pkg/store.py", 8), spot)


@pytest.mark.parametrize(
    ("verdict", "expected", "right"),
    [
        ("leak", LEAK, True),
        ("clean", LEAK, False),
        ("inconclusive", LEAK, False),
        ("leak", QUIET, False),
        ("clean", QUIET, True),
        ("inconclusive", QUIET, True),
        ("not measured", QUIET, False),
        ("leak", EITHER, None),
        ("clean", EITHER, None),
    ],
)
def test_the_verdict_is_held_against_what_is_expected(
    verdict: str,
    expected: str,
    right: bool | None,  # noqa: FBT001
) -> None:
    assert judge(told(verdict), expected, ()).right is right


def test_a_leak_is_named_anywhere_in_a_growing_traceback() -> None:
    inner = frame("/lib/else.py", text="copy()")
    outcome = judge(told("leak", frame("/x/pkg/store.py"), inner), LEAK, (SPOT,))
    assert outcome.line is True
    assert outcome.top is False


def test_a_site_that_does_not_grow_names_nothing() -> None:
    outcome = judge(told("leak", frame("/x/pkg/store.py"), grows=False), LEAK, (SPOT,))
    assert outcome.line is False
    assert outcome.top is False


def test_the_last_frame_of_the_project_counts_as_the_top() -> None:
    spot = Spot("scenario.py", "call()")
    own = frame("/x/scenario.py", text="call()")
    outcome = judge(told("leak", own, frame("/lib/a.py", text="b")), LEAK, (spot,))
    assert outcome.top is True


def test_a_line_that_loses_references_is_an_answer() -> None:
    lost = told("leak") | {"counts": [frame("/x/pkg/store.py")]}
    outcome = judge(lost, LEAK, (SPOT,))
    assert outcome.line is True
    assert outcome.top is True


def test_no_answer_is_wrong_unless_it_was_never_run() -> None:
    assert judge({"state": "crash", "error": "x"}, QUIET, ()).right is False
    assert judge({"state": "timeout", "error": "x"}, EITHER, ()).right is False
    assert judge({"state": "not run", "error": "x"}, LEAK, ()).right is None
