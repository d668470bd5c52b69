# SPDX-License-Identifier: MIT
"""`python -m leakcheck VERB`: the verbs, and how each way of failing is said."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

from leakcheck.errors import BlindError, UsageError
from leakcheck.locate import TargetRaisedError
from leakcheck.traces import describe
from leakcheck.verbs import baseline, compare, doctor, merge, report, run, schema, why
from leakcheck.verbs.statuses import BLIND, INTERNAL, INTERRUPTED, USAGE, say

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"leakcheck: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status, as the help lists them."""
    options = _parser().parse_args(arguments)
    options.typed = arguments is None
    if options.verb is None:
        _parser().print_help(sys.stderr)
        return USAGE
    status = INTERNAL
    try:
        status = options.action(options)
    except KeyboardInterrupt:
        status = say("interrupted; nothing was decided", INTERRUPTED)
    except UsageError as error:
        if isinstance(error, TargetRaisedError):
            sys.stderr.write(error.trace)
        status = say(str(error), USAGE)
    except BlindError as error:
        status = say(str(error), BLIND)
    except BrokenPipeError:
        # The reader of our output went away; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        traceback.print_exc()
        say(f"internal error ({describe(error)}); please report it", INTERNAL)
    return status


def _parser() -> argparse.ArgumentParser:
    import leakcheck

    parser = _Parser(
        prog="python -m leakcheck",
        description="Finds the line that leaks memory by calling a function again and again.",
    )
    version = sys.version.split()[0]
    parser.add_argument(
        "--version",
        action="version",
        version=f"leakcheck {leakcheck.__version__} (CPython {version})",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    for one in (run, why, doctor, report, baseline, merge, compare, schema):
        one.add(verbs)
    return parser
