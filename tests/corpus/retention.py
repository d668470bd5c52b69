# SPDX-License-Identifier: MIT
"""Whether a report names what holds a leak: the answers of each case, and the table.

A case says in words who holds what leaks. Here stand the texts of which the report must show one,
in the lines that say what holds, and for leaks of native code the line that calls it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.corpus.cases import EITHER, REFERENCES_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.corpus.cases import Case
    from tests.corpus.table import Row

HELD: Final[dict[str, str]] = {
    "aiohttp-cookiejar-filter": r"scenario\.JAR\._cookies",
    "aiohttp-cookiejar-filter-1-in-50": r"scenario\.JAR\._cookies",
    "attrs-linecache-unique-class": r"linecache\.cache\b",
    "click-clirunner-stream-cache": r"click\._compat\..*cache.*\.data\b",
    "cpython-atexit-bound-method": r"atexit callback",
    "cpython-const-intern-jinja2": r"interned",
    "cpython-contextvar-per-call": r"context in thread",
    "cpython-ctypes-pointer-cache": r"_pointer_type_cache",
    "cpython-instance-dict-cycle": r"ring .*\bdict\b.*refer only to each other",
    "cpython-intern-immortal": r"interned",
    "cpython-linecache-lazycache": r"linecache\.cache\b",
    "cpython-mock-call-args-list": r"scenario\.SEND.*(call_args_list|mock_calls)",
    "cpython-reload-futures-thread": r"threading\._threading_atexits|functions to call .* fork",
    "cpython-singledispatchmethod-cache": r"scenario\.Visitor\.visit\._method_cache",
    "cpython-task-reinit-context": r"held by native code",
    "cpython-wrap-future-callbacks": r"scenario\.STOP\._done_callbacks",
    "msgpack-unpacker-iter-c": r"held by native code",
    "otel-batchspan-atfork": r"functions to call in a forked process",
    "otel-metric-readers-set": r"MeterProvider\._all_metric_readers",
    "prompt-toolkit-filter-cache": r"prompt_toolkit\.filters\..*_cache\b",
    "pydantic-generic-circular": r"__pydantic_parent_namespace__|held by native code",
    "pymongo-bson-invalid-document-c": r"held by native code",
    "sqlalchemy-module-marker": r"clsregistry\._registries",
    "sympy-lambdify-linecache": r"linecache\.cache\b",
}
"""What must be shown of each case whose holder is known, as a regular expression."""

NATIVE: Final = "held by native code"
_SAYS: Final = re.compile(r"  (whose|known|held by|grows|retained|native|counts|ring|kept) ")
_REFERENCES: Final = ("python-object leak", REFERENCES_ONLY, "leak-c-ext")


@dataclass(frozen=True, slots=True)
class Naming:
    """One leaking case and what the report says of its holder.

    Attributes:
        case: its name.
        python: the interpreter.
        verdict: what was said.
        wanted: what must be shown, in the words of the case.
        said: the line that shows it; else the first that says something of a holder.
        named: the holder is shown; None: no claim is due (memory that is no object's).
        call: the line that calls native code is shown; None where it does not matter.
    """

    case: str
    python: str
    verdict: str
    wanted: str
    said: str
    named: bool | None
    call: bool | None

    @property
    def right(self) -> bool | None:
        """Both are shown."""
        return None if self.named is None else self.named and self.call is not False


def said_of_holders(report: Iterable[str]) -> list[str]:
    """The lines of a report that say what holds; what continues one is joined to it."""
    lines: list[str] = []
    inside = False
    for row in report:
        if not row.strip():
            inside = False
        elif _SAYS.match(row):
            lines.append(" ".join(row.split()))
            inside = True
        elif inside and row.startswith(" " * 13):
            lines[-1] += " " + " ".join(row.split())
        else:
            inside = False
    return lines


def is_reference(case: Case) -> bool:
    """A reference is lost in native code."""
    return case.kind in _REFERENCES


def naming(case: Case, python: str, verdict: str, told: dict[str, Any]) -> Naming:
    """What one answer says of the holder."""
    lines = said_of_holders(told.get("report", []))
    about = case.about
    native = case.folder.parent.name == "native" or is_reference(case)
    pattern = HELD.get(case.name, NATIVE)
    shown = next((row for row in lines if re.search(pattern, row)), None)
    named: bool | None = shown is not None
    call: bool | None = None
    if native:
        keys = ("trigger_line_contains", "allocation_line", "expected_line_contains")
        texts = [about[key] for key in keys if about.get(key)]
        texts += [about["culprit_line_contains"]] if about.get("culprit_line_contains") else []
        texts = [" ".join(str(text).split()) for text in texts]
        right = [row for row in lines if NATIVE in row and any(t in row for t in texts)]
        call = bool(right)
        shown = right[0] if right else shown
        if not is_reference(case):
            named = True if named else None
            call = call if named else None
    return Naming(
        case=case.name,
        python=python,
        verdict=verdict,
        wanted=str(about.get("retention") or about.get("leaked_type", "")),
        said=shown or next(iter(lines), ""),
        named=named,
        call=call,
    )


def namings(rows: Sequence[Row]) -> list[Naming]:
    """Of every leaking version; not where the leak is rarer than what was looked for."""
    return [
        naming(row.target.case, row.target.on.version, row.outcome.verdict, row.told)
        for row in rows
        if row.target.role == "bad"
        and row.outcome.verdict != "not run"
        and not (row.target.case.kind == "leak-rare" and row.target.expected == EITHER)
    ]


def _mark(right: bool | None) -> str:  # noqa: FBT001
    return {True: "yes", False: "NO", None: "-"}[right]


def line(one: Naming) -> str:
    """One row for the terminal."""
    return (
        f"{one.case:36.36} {one.python:7} {one.verdict:16.16} "
        f"{_mark(one.named):4} {_mark(one.call):4} {one.said:.150}"
    )


def totals(found: Sequence[Naming], cases: Sequence[Case]) -> list[str]:
    """How many of each kind are named; a case that runs on several interpreters counts once."""
    native = {one.name for one in cases if one.folder.parent.name == "native"}
    told = []
    for name, group in (
        ("Python cases, holder shown", [one for one in found if one.case not in native]),
        ("native cases, held by native code", [one for one in found if one.case in native]),
    ):
        every = {one.case for one in group if one.right is not None}
        wrong = {one.case for one in group if one.right is False}
        other = len({one.case for one in group}) - len(every)
        if group:
            told.append(
                f"{name}: {len(every - wrong)} of {len(every)}"
                + (f"; {other} lose memory that is no object's" if other else "")
            )
    return told


def markdown(found: Sequence[Naming], cases: Sequence[Case], command: str, day: str) -> str:
    """The page for docs/results."""
    pythons = sorted({one.python for one in found})
    out = [
        "# What the report says of who holds a leak",
        "",
        f"Measured {day} on Linux x86-64 with CPython {', '.join(pythons)}, by `{command}`.",
        "Each row is a fresh process that checks the body of a leak case at the release that leaks.",
        "*shown*: the report's lines about holders name what the case says holds the objects.",
        "*line*: for references that native code lost, they name the line that calls it, or the one",
        "that made what is lost. A dash: memory that never was a Python object, where no more can be",
        "said than the line; what the report says is shown all the same.",
        "",
        *(f"- {sentence}" for sentence in totals(found, cases)),
        "",
        "| case | python | verdict | holder, in the words of the case | shown | line | said |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        cells = (
            one.case,
            one.python,
            one.verdict,
            one.wanted,
            _mark(one.named),
            _mark(one.call),
            f"`{one.said}`" if one.said else "nothing",
        )
        out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(out) + "\n"
