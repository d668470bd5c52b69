# SPDX-License-Identifier: MIT
"""`python -m leakcheck compare BASE HEAD`: what leaks now that did not leak before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakcheck.forms.words import rate, tests
from leakcheck.gate.baseline import by_fingerprint
from leakcheck.gate.day import today
from leakcheck.gate.outcome import gate
from leakcheck.gate.sessionfile import load
from leakcheck.gate.standing import Rules, judged, updated
from leakcheck.report.text import one_line
from leakcheck.verbs.report import give
from leakcheck.verbs.statuses import CLEAN, LEAK

if TYPE_CHECKING:
    import argparse


def add(verbs: Any) -> None:
    """Declare the verb's arguments."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "compare",
        help="what leaks in one result and not in another",
        description="Holds the leaks of HEAD against those of BASE, each written by pytest "
        "--leakcheck-json. Status 1 when a leak is new or worse, whatever is listed as known.",
    )
    parser.add_argument("base", type=Path, metavar="BASE")
    parser.add_argument("head", type=Path, metavar="HEAD")
    parser.set_defaults(action=run)


def run(options: argparse.Namespace) -> int:
    """1 when something is new or worse."""
    base, head = load(options.base), load(options.head)
    entries = updated(base, ())
    rules = Rules(by_fingerprint(entries), (), today())
    # Against BASE alone: a marker of either commit says nothing about the other.
    bare = replace(head, tests=tuple(replace(one, by_marker=False) for one in head.tests))
    found = gate(judged(bare, rules))
    lines = [
        f"{one.standing.upper()} {one.key} {rate(one.result)} in {tests(one)}"
        + (f" ({one.note})" if one.note else "")
        for one in found.failing
    ]
    lines += [f"FIXED {entry.fingerprint} {entry.what}" for entry in found.gone]
    lines.append(
        f"{len(found.failing)} new or worse, {len(found.known)} as before, {len(found.gone)} fixed"
    )
    give("".join(f"{one_line(line)}\n" for line in lines), None)
    return LEAK if found.failing else CLEAN
