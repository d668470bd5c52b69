# SPDX-License-Identifier: MIT
"""What two runs of a suite say when held against each other: pure functions over reports."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

Reports = tuple[dict[str, Any], ...]
LEAKS = ("leak", "unbounded cache")
NUMBER = re.compile(r"\d[\d.,]*")
CLOCK = re.compile(r"\d\d:\d\d:\d\d")  # Some test ids hold the time at which they were made.


@dataclass(frozen=True, slots=True)
class Finding:
    """Leaks with one cause, or, where no cause is told, with one line of their first site.

    Attributes:
        place: that line.
        tests: node ids, in the order of the run.
        rate: blocks a run, of the first.
        frames: the first site's stack, of the first.
        whose: the owner in words, of the first.
        held: the path of the container that grew most, of the first.
        known: a known leak of the interpreter: these tests did not fail.
    """

    place: str
    tests: tuple[str, ...]
    rate: float
    frames: tuple[str, ...]
    whose: str = ""
    held: str = ""
    known: bool = False


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
        node, outcome = CLOCK.sub("hh:mm:ss", report["node"]), report["outcome"]
        before = found.get(node, "")
        if report["part"] and outcome != "failed":
            continue
        leak = verdict_of(report["leakcheck"]) in LEAKS
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


@dataclass(frozen=True, slots=True)
class Cleared:
    """Suspects that turned out to be no leaks, for one reason, with one line that grew most.

    Attributes:
        verdict: theirs.
        reason: with `#` for its numbers.
        metrics: what grew from the first to the last reading of the screens; "nothing" where what
            came and went did so around one level.
        place: the line of the site that grew most while they were traced; empty without one.
        tests: node ids, in the order of the run.
    """

    verdict: str
    reason: str
    metrics: str
    place: str
    tests: tuple[str, ...]


def cleared(reports: Reports, roots: tuple[str, ...] = ()) -> list[Cleared]:
    """Tests that grew while they were screened and are not called leaks, most tests first."""
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for report in reports:
        verdict = verdict_of(report["leakcheck"])
        if not verdict or verdict in LEAKS:
            continue
        answer = _result(report)
        readings = answer.get("readings") or []
        if not any(reading["phase"] == "trace" for reading in readings):
            continue
        reason = NUMBER.sub("#", str(answer.get("reason", "")))
        sites = [site for site in answer.get("sites") or [] if site.get("blocks", 0) > 0]
        key = (verdict, reason, _grown(readings), _place({"sites": sites}, roots) if sites else "")
        groups.setdefault(key, []).append(report["node"])
    ranked = sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
    return [Cleared(*key, tuple(nodes)) for key, nodes in ranked]


def _grown(readings: list[dict[str, Any]]) -> str:
    """The metrics that ended the screens higher than they began them."""
    screened = [reading for reading in readings if reading["phase"] == "screen"]
    names = []
    for name in ("blocks", "raw", "objects", "references"):
        levels = [r[name] for r in screened if r.get(name) is not None]
        if levels and levels[-1] > levels[0]:
            names.append("raw blocks" if name == "raw" else name)
    return ", ".join(names) or "nothing"


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


def _place(answer: dict[str, Any], roots: tuple[str, ...]) -> str:
    sites = answer.get("sites") or []
    if not sites or not sites[0].get("frames"):
        return "(no site)"
    leaf = sites[0]["frames"][-1]
    return f"{shown(leaf['file'], roots)}:{leaf['function']}:{leaf['line']}"


def findings(reports: Reports, roots: tuple[str, ...] = ()) -> list[Finding]:
    """What leaks, by cause, most tests first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for report in reports:
        if verdict_of(report["leakcheck"]) in LEAKS:
            answer = _result(report)
            groups.setdefault(answer.get("cause") or _place(answer, roots), []).append(report)
    told = []
    for members in sorted(groups.values(), key=lambda group: -len(group)):
        first = _result(members[0])
        sites = first.get("sites") or [{}]
        owner = first.get("whose") or {}
        words = (owner.get(name) or "" for name in ("owner", "name", "version", "scope"))
        told.append(
            Finding(
                place=_place(first, roots),
                tests=tuple(member["node"] for member in members),
                rate=float(first.get("rate") or 0),
                frames=tuple(
                    f"{shown(frame['file'], roots)}:{frame['line']} {frame['function']}"
                    for frame in sites[0].get("frames", [])
                ),
                whose=" ".join(word for word in words if word),
                held=next((c["path"] for c in first.get("containers") or []), ""),
                known=bool(owner.get("known")),
            )
        )
    return told


def verdict_by_test(reports: Reports) -> dict[str, str]:
    """Each measured test's verdict."""
    return {
        CLOCK.sub("hh:mm:ss", report["node"]): verdict
        for report in reports
        if (verdict := verdict_of(report["leakcheck"]))
    }


def changing(repeats: list[Reports]) -> list[str]:
    """Tests whose verdict is not the same in all repeats, one sentence each."""
    told = [verdict_by_test(reports) for reports in repeats]
    nodes = sorted({node for verdicts in told for node in verdicts})
    return [
        f"{node}: {', '.join(verdicts.get(node, 'none') for verdicts in told)}"
        for node in nodes
        if len({verdicts.get(node) for verdicts in told}) > 1
    ]


def reasons(reports: Reports, verdict: str) -> Counter[str]:
    """The reasons given with a verdict, and how often."""
    return Counter(
        re.sub(r" \(run \d+\)", "", str(_result(report).get("reason", "")))
        for report in reports
        if verdict_of(report["leakcheck"]) == verdict
    )
