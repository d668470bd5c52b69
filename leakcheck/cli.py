# SPDX-License-Identifier: MIT
"""`python -m leakcheck run FILE.py::function` checks a function; `doctor` checks leakcheck."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import json
import os
import shlex
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from leakcheck.api import measure
from leakcheck.config import DEFAULT_MAX_TIME, DEFAULT_RATE, Settings
from leakcheck.errors import BlindError, LeakcheckError, UsageError
from leakcheck.model import Verdict
from leakcheck.target import TargetRaisedError, find
from leakcheck.traces import describe, user_frames, user_trace
from leakcheck.verbs import report, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from leakcheck.model import Phase, Result
    from leakcheck.report.terminal import Style
    from leakcheck.target import Target

CLEAN: Final = 0
LEAK: Final = 1
USAGE: Final = 2
INTERNAL: Final = 3
BLIND: Final = 4
INTERRUPTED: Final = 130

_STATUSES: Final = """exit status:
  0  nothing leaks; also when it could not be decided, with a warning on stderr
  1  a leak; with --strict also when it could not be decided
  2  what to run is missing, wrong, or raised
  3  leakcheck itself failed
  4  this interpreter can't be measured now
  130  interrupted
"""
_DOCTOR_STATUSES: Final = """exit status:
  0  every planted leak was found, and nothing else
  4  this interpreter can't be measured now; the last lines say why and what to do
"""
_QUIET_SECONDS: Final = 1.0
_REDRAW_SECONDS: Final = 0.2


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"leakcheck: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status, as the help lists them."""
    options = _parser().parse_args(arguments)
    if options.verb is None:
        _parser().print_help(sys.stderr)
        return USAGE
    status = INTERNAL
    try:
        if "action" in options:
            status = options.action(options)
        else:
            status = _doctor() if options.verb == "doctor" else _run(options)
    except KeyboardInterrupt:
        status = _say("interrupted; nothing was decided", INTERRUPTED)
    except UsageError as error:
        if isinstance(error, TargetRaisedError):
            sys.stderr.write(error.trace)
        status = _say(str(error), USAGE)
    except BlindError as error:
        status = _say(str(error), BLIND)
    except BrokenPipeError:
        # The reader of our output went away; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        traceback.print_exc()
        _say(f"internal error ({describe(error)}); please report it", INTERNAL)
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
    run = verbs.add_parser(
        "run",
        help="check one function",
        description="Calls a function again and again and says whether it leaks, and where.",
        epilog=_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        "target",
        metavar="TARGET",
        help="FILE.py::function, FILE.py::Class.method, module:function, or FILE.py when it "
        "defines only one public function that needs no arguments",
    )
    run.add_argument(
        "--rate",
        type=float,
        metavar="R",
        help=f"the smallest leak that matters, in blocks a run (default {DEFAULT_RATE})",
    )
    run.add_argument(
        "--max-time",
        type=float,
        metavar="SECONDS",
        help=f"time the check may take when no --iterations are given (default {DEFAULT_MAX_TIME:g})",
    )
    run.add_argument(
        "--iterations", type=int, metavar="N", help="judge exactly N runs instead of going by rate"
    )
    run.add_argument("--seed", type=int, metavar="S", help="seed of the order of batches")
    run.add_argument(
        "--strict", action="store_true", help="exit status 1 when it could not be decided"
    )
    run.add_argument(
        "--json",
        action="store_true",
        help="print the whole result as JSON; the function's own output goes to stderr",
    )
    run.add_argument("-v", "--verbose", action="store_true", help="show the whole tracebacks")
    run.add_argument("--color", choices=("auto", "yes", "no"), default="auto", help="default: auto")
    verbs.add_parser(
        "doctor",
        help="can leakcheck see in this interpreter?",
        description="Plants leaks whose verdicts are known, measures them, and looks for what is in "
        "the way: another allocator, other tools, a pytest that does not fit.",
        epilog=_DOCTOR_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for one in (report, schema):
        one.add(verbs)
    return parser


def _doctor() -> int:
    from leakcheck.doctor import examine, faults, render

    findings, sightings = examine()
    sys.stdout.write(render(findings, sightings))
    sys.stdout.flush()
    return BLIND if faults(findings, sightings) else CLEAN


def _run(options: argparse.Namespace) -> int:
    given = {
        name: getattr(options, name)
        for name in ("rate", "max_time", "iterations", "seed")
        if getattr(options, name) is not None
    }
    Settings(**given)  # refuse a bad value before the user's code is imported
    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        target = find(options.target)
        strict = options.strict or bool(target.settings.pop("strict", False))
        result = _measure(target, Settings(**{**target.settings, **given}))
    if options.json:
        sys.stdout.write(as_json(result, target.name))
    else:
        sys.stdout.write(_report(result, target, options))
    sys.stdout.flush()
    if result.verdict.leaks:
        return LEAK
    if result.verdict in (Verdict.CLEAN, Verdict.CACHE):
        return CLEAN
    return _say(f"warning: {target.name} is {result.verdict}: {result.reason}", LEAK * strict)


def _measure(target: Target, settings: Settings) -> Result:
    """The result; what the user's function raises becomes a sentence with their traceback."""
    try:
        with target.surroundings(), _progress_line() as progress:
            return measure(target.function, settings, progress=progress)
    except LeakcheckError:
        raise
    except (Exception, SystemExit) as error:
        if user_frames(error) is None and inspect.isfunction(target.function):
            raise  # none of their code is in it, so it is our own fault
        raise TargetRaisedError(
            f"{target.name} raised {describe(error)}; a function must pass before it can be "
            "checked",
            user_trace(error),
        ) from None


@contextlib.contextmanager
def _progress_line() -> Iterator[Callable[[Phase, int, float], object] | None]:
    """A callback that keeps one line on a terminal up to date, and wipes it at the end."""
    if not sys.stderr.isatty():
        yield None
        return
    drawn = 0.0

    def progress(phase: Phase, runs: int, seconds: float) -> None:
        nonlocal drawn
        if seconds < _QUIET_SECONDS or seconds - drawn < _REDRAW_SECONDS:
            return
        drawn = seconds
        sys.stderr.write(f"\r\x1b[Kleakcheck: {phase}, {runs} runs, {seconds:.0f} s")
        sys.stderr.flush()

    try:
        yield progress
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def as_json(result: Result, target: str) -> str:
    """The result as JSON, with what was run and by which leakcheck and Python."""
    import leakcheck
    from leakcheck.explain.source import Sources
    from leakcheck.report.jsonfile import to_dict

    data = {
        "leakcheck": leakcheck.__version__,
        "python": sys.version.split()[0],
        "target": target,
        "result": to_dict(result, source=Sources().text),
    }
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def _report(result: Result, target: Target, options: argparse.Namespace) -> str:
    """The report for people, ending in a line feed."""
    from leakcheck.report.terminal import COMMAND, render

    text = render(
        result,
        test=target.name,
        root=Path.cwd(),
        reproduce=_reproduce(target, options, result),
        style=_style(options),
        advice=COMMAND,
    )
    return f"{text}\n"


def _style(options: argparse.Namespace) -> Style:
    """Colours for a terminal, unless told otherwise; only characters that stdout can write."""
    from leakcheck.report.terminal import Style

    color = options.color == "yes"
    if options.color == "auto":
        # https://no-color.org: any value that is not empty.
        color = (
            sys.stdout.isatty()
            and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM") != "dumb"
        )
    try:
        "→▁█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return Style(color=color, unicode=False, verbose=options.verbose)
    return Style(color=color, verbose=options.verbose)


def _reproduce(target: Target, options: argparse.Namespace, result: Result) -> str:
    """The command that repeats this check, seed included."""
    words = ["python", "-m", "leakcheck", "run", target.name]
    for name in ("rate", "max_time", "iterations"):
        value = getattr(options, name)
        if value is not None:
            words += [
                f"--{name.replace('_', '-')}",
                f"{value:g}" if name != "iterations" else str(value),
            ]
    words += ["--seed", str(result.seed)]
    return shlex.join(words)


def _say(sentence: str, status: int) -> int:
    """One line on stderr; the status, for the caller to return."""
    sys.stderr.write(f"leakcheck: {sentence.removeprefix('leakcheck ')}\n")
    return status
