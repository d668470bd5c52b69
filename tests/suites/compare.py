# SPDX-License-Identifier: MIT
"""What two runs of a suite say when held against each other: pure functions over reports."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

Reports = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """LEAK verdicts that share the line of their first growing site."""

    place: str
    tests: tuple[str, ...]
    rate: float
    frames: tuple[str, ...]


def verdict_of(answer: Any) -> str:
    """The verdict in a report's leakcheck answer; empty when there is none."""
    if isinstance(answer, dict):
        if isinstance(answer.get("result"), dict):
            answer = answer["result"]
        return str(answer.get("verdict", ""))
    return str(answer or "")


def outcomes(reports: Reports) -> dict[str, str]:
    """Each test's outcome: failed, error, skipped, xfailed, xpassed or passed.

    A failure that is nothing but a leak counts as passed: the leak is told elsewhere.
    """
    found: dict[str, str] = {}
    for report in reports:
        node, outcome = report["node"], report["outcome"]
        before = found.get(node, "")
        if report["part"] and outcome != "failed":
            continue
        leak = verdict_of(report["leakcheck"]) == "leak"
        if outcome == "failed" and leak:
            outcome = "passed"
        if report["xfail"]:
            outcome = "xfailed" if outcome == "skipped" else "xpassed"
        elif outcome == "failed" and report["when"] != "call":
            outcome = "error"
        ranks = ["", "passed", "xpassed", "xfailed", "skipped", "error", "failed"]
        if ranks.index(outcome) > ranks.index(before):
            found[node] = outcome
    return found


def differences(plain: Reports, checked: Reports) -> list[str]:
    """Tests whose outcome is not the same in both runs, one sentence each."""
    left, right = outcomes(plain), outcomes(checked)
    return [
        f"{node}: {left.get(node, 'not run')} plain, {right.get(node, 'not run')} with leakcheck"
        for node in sorted(left.keys() | right.keys())
        if left.get(node) != right.get(node)
    ]


def verdicts(reports: Reports) -> Counter[str]:
    """How many tests got each verdict."""
    told: Counter[str] = Counter()
    for report in reports:
        if verdict := verdict_of(report["leakcheck"]):
            told[verdict] += 1
    return told


def _result(report: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = report["leakcheck"]
    inner = answer.get("result")
    return inner if isinstance(inner, dict) else answer


def suspects(reports: Reports) -> int:
    """How many tests grew while they were screened, and were traced."""
    answers = [_result(report) for report in reports if verdict_of(report["leakcheck"])]
    return sum(
        any(reading["phase"] == "trace" for reading in answer.get("readings") or [])
        for answer in answers
    )


def shown(file: str, roots: tuple[str, ...]) -> str:
    """The file without the part that belongs to this machine."""
    for mark in ("/site-packages/", *roots):
        if mark in file:
            return file.rsplit(mark, 1)[1]
    parts = file.split("/")
    for index, part in enumerate(parts):
        if part.startswith("python3."):
            return "/".join(parts[index + 1 :])
    return file


def findings(reports: Reports, roots: tuple[str, ...] = ()) -> list[Finding]:
    """LEAK verdicts by the allocating line of their first site, most tests first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for report in reports:
        if verdict_of(report["leakcheck"]) == "leak":
            sites = _result(report).get("sites") or []
            place = "(no site)"
            if sites and sites[0].get("frames"):
                leaf = sites[0]["frames"][-1]
                place = f"{shown(leaf['file'], roots)}:{leaf['function']}:{leaf['line']}"
            groups.setdefault(place, []).append(report)
    told = []
    for place, members in sorted(groups.items(), key=lambda item: -len(item[1])):
        first = _result(members[0])
        sites = first.get("sites") or [{}]
        frames = tuple(
            f"{shown(frame['file'], roots)}:{frame['line']} {frame['function']}"
            for frame in sites[0].get("frames", [])
        )
        tests = tuple(member["node"] for member in members)
        told.append(Finding(place, tests, float(first.get("rate") or 0), frames))
    return told


def reasons(reports: Reports, verdict: str) -> Counter[str]:
    """The reasons given with a verdict, and how often."""
    return Counter(
        re.sub(r" \(run \d+\)", "", str(_result(report).get("reason", "")))
        for report in reports
        if verdict_of(report["leakcheck"]) == verdict
    )
