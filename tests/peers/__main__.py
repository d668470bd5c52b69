# SPDX-License-Identifier: MIT
"""`python -m tests.peers`: native leaks of real packages under leakcheck, memray, valgrind, psleak."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.corpus import cases, places
from tests.peers import tools

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTES = (
    "Each case calls one leaking function of a released package, and again at the first release that",
    "does not leak, in processes of their own. *Found*: the tool says that memory leaks; *false*: it",
    "says so at the mended release. *Line*: a Python line that it names is the one that calls the leak",
    "or that allocates it. *Native*: the package's own C function is named. *s*: wall time, imports",
    "and start included.",
    "",
    f"leakcheck: `leakcheck run --native` at its default rate. memray: {tools.RUNS} runs with native traces and",
    "Python's allocators; found is a stack that left a block for every other run. valgrind: memcheck",
    f"with `PYTHONMALLOC=malloc` on {tools.RUNS // 4} and on {tools.RUNS // 4 + tools.RUNS} runs, and the same rule on the difference, without",
    "which it lists what the interpreter leaves behind; its time is that of both. psleak: a",
    "`MemoryLeakTestCase` at its defaults.",
)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.peers", description=__doc__)
    parser.add_argument("--leakbench", metavar="DIR", help="folder of cases (or $LEAKBENCH)")
    parser.add_argument("--case", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument(
        "--tool", nargs="+", default=list(tools.TOOLS), choices=tools.TOOLS, help="only these"
    )
    parser.add_argument(
        "--valgrind",
        nargs="*",
        metavar="NAME",
        help="only these cases under valgrind, which takes minutes a case",
    )
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds a process may take")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    return parser.parse_args(argv)


def cell(answers: dict[str, tools.Answer]) -> tuple[str, str, str, str]:
    """Found, line, native and time of one tool, from its answers by the role of a release."""
    bad, fixed = answers.get("bad"), answers.get("fixed")
    if bad is None:
        return ("not run", "", "", "")
    found = {True: "yes", False: "no", None: bad.note}[bad.found]
    if fixed is not None and fixed.found:
        found += ", and false"
    line = {True: "yes", False: "another", None: "none" if bad.found else ""}[bad.line]
    return (found, line, f"`{bad.native}`" if bad.native else "", f"{bad.seconds:.1f}")


def markdown(rows: list[tuple[str, ...]], chosen: Sequence[str], command: str, day: str) -> str:
    """The page for docs/results."""
    head = ["case", "kind"]
    for tool in chosen:
        head += [f"{tool}: found", "line", "native", "s"]
    out = [
        "# Native leaks under leakcheck and under other tools",
        "",
        f"Measured {day} on Linux x86-64 by `{command}`.",
        *NOTES,
        "",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return "\n".join(out) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print, write; 1 when leakcheck missed a leak or saw one that is not there."""
    options = arguments(argv)
    folder = cases.folder_of_cases(options.leakbench)
    if folder is None:
        print("no folder of leak cases: --leakbench DIR or $LEAKBENCH", file=sys.stderr)
        return 2
    rows: list[tuple[str, ...]] = []
    wrong = False
    for case in cases.load(folder):
        if case.folder.parent.name != "native" or (options.case and case.name not in options.case):
            continue
        targets, missing = cases.targets(case, 0.3, 0.3)
        for text in missing:
            print(text, flush=True)
        answers: dict[str, dict[str, tools.Answer]] = {tool: {} for tool in options.tool}
        for target in targets:
            try:
                executable = tools.environment(target)
            except places.PlaceError as error:
                print(f"{target.slug}: {error}", flush=True)
                continue
            for tool in options.tool:
                skipped = options.valgrind is not None and case.name not in options.valgrind
                if tool == "valgrind" and (skipped or target.role != "bad"):
                    continue
                answer = tools.ask(tool, target, executable, options.timeout)
                answers[tool][target.role] = answer
                print(f"{target.slug}: {tool}: {answer}", flush=True)
        ours = answers.get("leakcheck", {})
        wrong |= any(one.found is not (role == "bad") for role, one in ours.items())
        cells = [text for tool in options.tool for text in cell(answers[tool])]
        rows.append((case.name, case.kind, *cells))
    if options.markdown:
        command = " ".join(["python -m tests.peers", *(argv if argv is not None else sys.argv[1:])])
        day = datetime.now(UTC).date().isoformat()
        page = markdown(rows, options.tool, command, day)
        options.markdown.write_text(page, encoding="utf-8")
    return int(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
