# SPDX-License-Identifier: MIT
"""`python -m leakcheck run FILE.py::function`: does it leak, and where."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leakcheck.model import Verdict
from leakcheck.target import find
from leakcheck.verbs.measuring import (
    add_settings,
    as_json,
    given,
    measured,
    reproduce,
    settled,
    style,
)
from leakcheck.verbs.statuses import CLEAN, LEAK, say

if TYPE_CHECKING:
    from leakcheck.model import Result
    from leakcheck.target import Target

_STATUSES: Final = """exit status:
  0  nothing leaks; also when it could not be decided, with a warning on stderr
  1  a leak; with --strict also when it could not be decided
  2  what to run is missing, wrong, or raised
  3  leakcheck itself failed
  4  this interpreter can't be measured now
  130  interrupted
"""


def add(verbs: Any) -> None:
    """Declare the verb's arguments."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "run",
        help="check one function",
        description="Calls a function again and again and says whether it leaks, and where.",
        epilog=_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="FILE.py::function, FILE.py::Class.method, module:function, or FILE.py when it "
        "defines only one public function that needs no arguments",
    )
    add_settings(parser)
    parser.add_argument(
        "--strict", action="store_true", help="exit status 1 when it could not be decided"
    )
    parser.set_defaults(action=run)


def run(options: argparse.Namespace) -> int:
    """Measure the function and print its report."""
    wishes = given(options)
    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        target = find(options.target)
        strict = options.strict or bool(target.settings.pop("strict", False))
        result = measured(target, settled(target, wishes, options))
    if options.json:
        sys.stdout.write(as_json(result, target.name))
    else:
        sys.stdout.write(_report(result, target, options))
    sys.stdout.flush()
    if result.verdict.leaks:
        return LEAK
    if result.verdict in (Verdict.CLEAN, Verdict.CACHE):
        return CLEAN
    return say(f"warning: {target.name} is {result.verdict}: {result.reason}", LEAK * strict)


def _report(result: Result, target: Target, options: argparse.Namespace) -> str:
    """The report for people, ending in a line feed."""
    from leakcheck.report.terminal import COMMAND, render

    text = render(
        result,
        test=target.name,
        root=Path.cwd(),
        reproduce=reproduce(target, options, result),
        style=style(options),
        advice=COMMAND,
    )
    return f"{text}\n"
