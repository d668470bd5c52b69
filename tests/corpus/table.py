# SPDX-License-Identifier: MIT
"""The table of a corpus run and its totals, as text and as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.corpus.cases import LEAK, QUIET

if TYPE_CHECKING:
    from tests.corpus.cases import Target
    from tests.corpus.judge import Outcome

HEADINGS = (
    "case",
    "kind",
    "python",
    "version",
    "expected",
    "verdict",
    "line",
    "top",
    "blocks/run",
    "runs",
    "s",
    "note",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of the corpus with its answer and its judgement."""

    target: Target
    told: dict[str, Any]
    outcome: Outcome


MARKS = {True: "right", False: "WRONG", None: ""}


def columns(row: Row) -> tuple[str, ...]:
    """The row's texts in the order of HEADINGS."""
    target, told, outcome = row.target, row.told, row.outcome
    verdict = outcome.verdict if outcome.right is not False else f"{outcome.verdict} (WRONG)"
    kind = target.case.kind
    if target.case.kind == "leak-rare":
        kind += f", rate {target.rate:g}"
    growth = f"{told['rate']:.3g}" if told.get("rate") else ""
    return (
        target.case.name,
        kind,
        target.on.version,
        "" if target.case.about["package"] == "cpython" else f"{target.role} {target.version}",
        "(shown only)" if target.expected not in (LEAK, QUIET) else target.expected,
        verdict,
        MARKS[outcome.line],
        MARKS[outcome.top],
        growth,
        str(told.get("runs", "")),
        f"{told['seconds']:.2f}" if "seconds" in told else "",
        outcome.note,
    )


def line(row: Row) -> str:
    """One row for the terminal."""
    cells = columns(row)
    return (
        f"{cells[0]:34.34} {cells[2]:7} {cells[3]:14.14} {cells[4]:12} {cells[5]:20.20} "
        f"{cells[6]:5} {cells[7]:5} {cells[8]:>7} {cells[9]:>6} {cells[10]:>6}  {cells[11]:.120}"
    )


def unexpected(rows: list[Row]) -> list[Row]:
    """Rows with a wrong verdict, no answer, or a leak without a right line."""
    return [
        row
        for row in rows
        if row.outcome.right is False or (row.target.expected == LEAK and row.outcome.line is False)
    ]


def _share(rows: list[Row], what: str) -> str:
    good = sum(row.outcome.right is True for row in rows)
    ran = [row for row in rows if row.outcome.verdict != "not run"]
    text = f"{what}: {good} of {len(ran)} as expected"
    if len(ran) < len(rows):
        text += f" ({len(rows) - len(ran)} not run)"
    return text


def totals(rows: list[Row]) -> list[str]:
    """Sentences that count the rows by what was expected of them."""
    native = [row for row in rows if row.target.case.folder.parent.name == "native"]
    other = [row for row in rows if row not in native and not row.target.case.trap]
    traps = [row for row in rows if row.target.case.trap]
    told = []
    for group, name in ((other, "Python"), (native, "native")):
        leaks = [row for row in group if row.target.expected == LEAK]
        if leaks:
            right = sum(row.outcome.line is True for row in leaks)
            top = sum(row.outcome.top is True for row in leaks)
            told.append(
                _share(leaks, f"{name} leaks")
                + f", {right} with a right line, {top} with the first site right"
            )
        mended = [row for row in group if row.target.expected == QUIET]
        if mended:
            told.append(_share(mended, f"{name} cases at the mended version, silent"))
    if traps:
        told.append(_share(traps, "traps, silent"))
    shown = [row for row in rows if row.target.expected not in (LEAK, QUIET)]
    if shown:
        told.append(f"shown only: {len(shown)}")
    return told


def markdown(rows: list[Row], missing: list[str], command: str, day: str) -> str:
    """The whole run as a page for docs/results."""
    pythons = sorted({row.target.on.version for row in rows})
    out = [
        "# What leakcheck says of known leaks and traps",
        "",
        f"Measured {day} on Linux x86-64 with CPython {', '.join(pythons)}, by `{command}`.",
        "Each row is a fresh process: the body of the case is checked at the release that leaks",
        "(bad), at the first release that does not (fixed), and for traps at each interpreter.",
        "*line*: the traceback of a growing site passes through the line that allocates, puts",
        "away or triggers; *top*: so does the first site's own line alone. Rows *shown only*:",
        "no Python heap block grows, the growth is rarer than the rate asked for, the mended",
        "release is only partly mended, or it is a fault of CPython's own and no case says whether",
        "this version has it; no verdict is wrong there.",
        "",
        *(f"- {sentence}" for sentence in totals(rows)),
        *(f"- {remark}" for remark in missing),
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|" + "---|" * len(HEADINGS),
    ]
    for row in rows:
        out.append("| " + " | ".join(c.replace("|", "\\|") for c in columns(row)) + " |")
    return "\n".join(out) + "\n"
