# SPDX-License-Identifier: MIT
"""What the runs of a suite say, as lines of a table and as a page for docs/results."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from tests.suites import compare, known, suites

if TYPE_CHECKING:
    from tests.corpus import places
    from tests.suites import runs

COLUMNS = (
    *("suite", "python", "tests", "plain", "same outcome", "same verdicts", "suspects", "clean"),
    *("leak", "cache", "inconclusive", "not measured", "findings", "plain s", "leakcheck s"),
    "ratio",
)
ENDED = ("exit 0", "exit 1")


@dataclass(frozen=True, slots=True)
class Compared:
    """One suite on one interpreter: its runs in pairs, plain and checked, or why there are none."""

    suite: suites.Suite
    on: places.Python
    plain: tuple[runs.Run, ...] = ()
    checked: tuple[runs.Run, ...] = ()
    error: str = ""

    @property
    def changed(self) -> list[str]:
        """Tests whose outcome differs between a plain run and the checked one in its order."""
        pairs = zip(self.plain, self.checked, strict=False)
        told = [text for p, c in pairs for text in compare.differences(p.reports, c.reports)]
        return list(dict.fromkeys(told))

    @property
    def changing(self) -> list[str]:
        """Tests whose verdict is not the same in all repeats."""
        return compare.changing([run.reports for run in self.checked])

    @property
    def broken(self) -> list[str]:
        """Runs that did not end."""
        return [r.state for r in (*self.plain, *self.checked) if r.state not in ENDED]

    @property
    def ratios(self) -> list[float]:
        """Wall time checked in parts of the plain run's in the same order."""
        pairs = zip(self.plain, self.checked, strict=False)
        return [c.seconds / p.seconds for p, c in pairs]


def _span(values: list[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def _outcomes(reports: compare.Reports) -> str:
    counts = Counter(compare.outcomes(reports).values())
    return ", ".join(f"{number} {outcome}" for outcome, number in counts.most_common())


def columns(row: Compared) -> tuple[str, ...]:
    """The row's texts in the order of COLUMNS."""
    head = (f"{row.suite.name} {row.suite.version}", row.on.version)
    if not row.plain:
        return (*head, "", row.error, *[""] * (len(COLUMNS) - 4))
    plain = row.plain[0]
    first = (*head, str(len(compare.outcomes(plain.reports))), _outcomes(plain.reports))
    seconds = f"{median([run.seconds for run in row.plain]):.1f}"
    if not row.checked:
        return (*first, *[""] * (len(COLUMNS) - 7), seconds, "", "")
    reports = row.checked[0].reports
    told = compare.verdicts(reports)
    same = "yes" if not row.changed else f"NO ({len(row.changed)} differ)"
    same += "".join(f" ({state})" for state in row.broken)
    repeats = len(row.checked)
    steady = f"yes, {repeats} runs" if not row.changing else f"NO ({len(row.changing)} differ)"
    return (
        *first,
        same,
        steady if repeats > 1 else "1 run",
        str(compare.suspects(reports)),
        str(told["clean"]),
        str(told["leak"] + told["unbounded cache"]),
        *(str(told[name]) for name in ("cache", "inconclusive", "not measured")),
        str(len(compare.findings(reports))),
        seconds,
        f"{median([run.seconds for run in row.checked]):.1f}",
        _span(row.ratios),
    )


def details(row: Compared) -> list[str]:
    """What a row's numbers stand for: differing tests, findings, reasons."""
    if not row.checked:
        return []
    roots = (f"{row.suite.name.replace('-', '_')}-{row.suite.version}/",)
    out = [f"- differs: {text}" for text in row.changed]
    out += [f"- verdict changes: {text}" for text in row.changing]
    reports = row.checked[0].reports
    for finding in compare.findings(reports, roots):
        failed = " (known, not failed)" if finding.known else ""
        held = f", held from `{finding.held}`" if finding.held else ""
        out.append(
            f"- LEAK{failed} at `{finding.place}`{held}: {len(finding.tests)} tests, "
            f"{finding.rate:.3g} blocks a run in the first, `{finding.tests[0]}`"
        )
        if finding.whose:
            out.append(f"    - whose, as leakcheck says: {finding.whose}")
        out += [f"    - `{frame}`" for frame in finding.frames[-5:]]
        texts = (finding.place, finding.held, *finding.frames, *finding.tests[:1])
        told = known.explained(row.suite.name, texts)
        kind = "not looked into yet" if told is None else "real" if told.real else "FALSE"
        out.append(f"    - **{kind}**" + (f": {told.finding}." if told else ""))
    for one in compare.cleared(reports, roots):
        out.append(
            f"- suspect, then {one.verdict}: {len(one.tests)} tests, first `{one.tests[0]}`: "
            f"{one.metrics} grew while screened; {one.reason}"
            + (f"; most blocks at `{one.place}`" if one.place else "")
        )
    for verdict in ("cache", "inconclusive", "not measured"):
        for reason, number in compare.reasons(reports, verdict).most_common(8):
            out.append(f"- {verdict}, {number} tests: {reason}")
    return out


def summary(rows: list[Compared]) -> list[str]:
    """The sums over all rows, one sentence each."""
    done = [row for row in rows if row.checked]
    if not done:
        return []
    verdicts: Counter[str] = Counter()
    for row in done:
        for run in row.checked:
            verdicts += compare.verdicts(run.reports)
    measured = sum(verdicts.values())
    unsure = verdicts["inconclusive"]
    out = [
        f"{len({row.suite.name for row in done})} packages; tests by interpreter: "
        + ", ".join(
            f"{version} {sum(len(compare.outcomes(r.plain[0].reports)) for r in of)}"
            for version in dict.fromkeys(row.on.version for row in done)
            if (of := [row for row in done if row.on.version == version])
        ),
        (
            f"verdicts over all repeats: {measured}, of which INCONCLUSIVE {unsure} "
            f"({100 * unsure / max(measured, 1):.2f} %)"
        ),
    ]
    if any(len(row.checked) > 1 for row in done):
        changing = sum(len(row.changing) for row in done)
        out.append(f"tests whose verdict changed between repeats: {changing}")
    for version in dict.fromkeys(row.on.version for row in done):
        ratios = [median(row.ratios) for row in done if row.on.version == version]
        out.append(
            f"wall time checked against plain, median of {len(ratios)} packages on "
            f"{version}: {median(ratios):.1f}"
        )
    return out


NATIVE_NOTES = (
    "Here each run is with `--leakcheck-native` too, so that what the packages' libraries take from the",
    "C library is counted. No suite is run whole: only files that read and write pictures, parse and",
    "transform documents, or call OpenBLAS (`tests/suites/suites.py` lists them; numpy's tests come with",
    "its wheel). *Findings* are looked into by a plain loop, outside leakcheck and without its shim.",
    "",
)


def markdown(rows: list[Compared], command: str, day: str, *, native: bool = False) -> str:
    """All rows as a page for docs/results."""
    what = "Suites of C extensions under --leakcheck-native"
    out = [
        f"# {what if native else 'Whole suites of real packages under --leakcheck'}",
        "",
        f"Measured {day} on Linux x86-64 by `{command}`, pytest {suites.PYTEST}. Each suite comes",
        "from its sdist and is run whole, in pairs, plain and with `--leakcheck`: the first pair in",
        "its own order, each further one in another order of modules, classes and functions and",
        "with another seed of the batches. A failure that is nothing but a leak counts as the same",
        "outcome. *Suspects* are the tests that grew while they were screened, and so were traced.",
        "*Same verdicts*: of each test in all repeats. *Ratio*: wall time, median of the pairs.",
        "",
        *(NATIVE_NOTES if native else ()),
        *(f"- {text}" for text in summary(rows)),
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
    ]
    out += ["| " + " | ".join(columns(row)) + " |" for row in rows]
    for row in rows:
        told = details(row)
        if told:
            out += ["", f"## {row.suite.name} {row.suite.version}, CPython {row.on.version}", ""]
            out += told
    return "\n".join(out) + "\n"
