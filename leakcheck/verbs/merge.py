# SPDX-License-Identifier: MIT
"""`python -m leakcheck merge DIR`: the results of a CI's shards as one, none of them missing."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from leakcheck.errors import UsageError
from leakcheck.forms.terminal import terminal
from leakcheck.gate.merge import merged
from leakcheck.gate.outcome import gate, sentences
from leakcheck.gate.sessionfile import dumps, load
from leakcheck.gate.stored import write
from leakcheck.model import Verdict
from leakcheck.verbs.report import give
from leakcheck.verbs.statuses import CLEAN, LEAK, NOTHING, say

_STATUSES: Final = """exit status:
  0  no leak that fails in any shard
  1  a leak that fails, a test that failed, or a shard that is missing
  2  a file that can't be read, or an interrupted shard
  3, 4, 5  a shard failed internally, was blind, or nothing was measured in any
"""


def add(verbs: Any) -> None:
    """Declare the verb's arguments."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "merge",
        help="the results of several shards as one",
        description="Reads every .json file in a folder and below, each written by pytest "
        "--leakcheck-json, and says what they come to together. Of two results of one test on one "
        "interpreter the worst wins.",
        epilog=_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--expect-shards", type=int, metavar="N", help="fail unless there are exactly N results"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="write the merged result")
    parser.add_argument(
        "--whole", action="store_true", help="together the shards ran all tests there are"
    )
    parser.set_defaults(action=run)


def run(options: argparse.Namespace) -> int:
    """The worst of the shards."""
    paths = sorted(options.folder.rglob("*.json")) if options.folder.is_dir() else []
    paths = [one for one in paths if options.output is None or not _same(one, options.output)]
    if not paths:
        raise UsageError(f"{options.folder} has no result: pytest --leakcheck-json=FILE writes one")
    session = merged([load(path) for path in paths], whole=options.whole)
    if options.output is not None:
        write(options.output, dumps(session))
    found = gate(session)
    give(terminal(session), None)
    for line in sentences(found, strict=session.strict):
        give(f"{line}\n", None)
    wanted = options.expect_shards
    if wanted is not None and session.shards != wanted:
        names = ", ".join(str(path.relative_to(options.folder)) for path in paths)
        return say(f"{wanted} shards were expected, {session.shards} are here: {names}", LEAK)
    if session.status not in (CLEAN, LEAK, NOTHING):
        return say(f"a shard ended with status {session.status}", session.status)
    if found.fails(strict=session.strict):
        return LEAK
    measured = any(
        one.result is not None and one.result.verdict is not Verdict.NOT_MEASURED
        for one in session.tests
    )
    return session.status if measured or session.status == LEAK else NOTHING


def _same(left: Path, right: Path) -> bool:
    return right.exists() and left.samefile(right)
