# SPDX-License-Identifier: MIT
"""What the verbs share that measure a function: their options, the run, the style."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

from leakcheck.api import measure
from leakcheck.config import DEFAULT_MAX_TIME, DEFAULT_RATE, Settings
from leakcheck.errors import LeakcheckError, UsageError
from leakcheck.locate import TargetRaisedError
from leakcheck.probes.choosing import chosen
from leakcheck.probes.native import NAME as NATIVE
from leakcheck.probes.native import with_native
from leakcheck.probes.preload import Obstacle, hear, hide
from leakcheck.traces import describe, user_frames, user_trace
from leakcheck.verbs.progress import progress_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leakcheck.model import Result
    from leakcheck.report.terminal import Style
    from leakcheck.target import Target


_WITHIN: Final = Obstacle(
    "that needs a process that was started with its shim, and this one calls leakcheck from within "
    "a program",
    "run it as a command: python -m leakcheck run --native ...",
)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Declare how hard to look, and how to print."""
    parser.add_argument(
        "--rate",
        type=float,
        metavar="R",
        help=f"the smallest leak that matters, in blocks a run (default {DEFAULT_RATE})",
    )
    parser.add_argument(
        "--max-time",
        type=float,
        metavar="SECONDS",
        help=f"time the check may take when no --iterations are given (default {DEFAULT_MAX_TIME:g})",
    )
    parser.add_argument(
        "--iterations", type=int, metavar="N", help="judge exactly N runs instead of going by rate"
    )
    parser.add_argument("--seed", type=int, metavar="S", help="seed of the order of batches")
    parser.add_argument(
        "--probes",
        metavar="NAMES",
        help="what is counted beside memory, with commas between the names, or all, none, default",
    )
    parser.add_argument(
        "--native",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="count the native memory that libraries take, too; starts this process once more with a "
        "shim preloaded (glibc); by default it is counted where it can be",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the whole result as JSON; the function's own output goes to stderr",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show the whole tracebacks")
    parser.add_argument(
        "--color", choices=("auto", "yes", "no"), default="auto", help="default: auto"
    )


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The settings on the command line.

    Raises:
        UsageError: one is out of range; nothing has been imported by then.
    """
    found = {
        name: getattr(options, name)
        for name in ("rate", "max_time", "iterations", "seed")
        if getattr(options, name) is not None
    }
    if options.probes is not None:
        found["probes"] = chosen(options.probes)
    Settings(**found)
    if options.native is not False:
        options.native = _hear(options, asked=options.native is True)
    return found


def settled(target: Target, wishes: Mapping[str, Any], options: argparse.Namespace) -> Settings:
    """The command line before the decorator before the defaults."""
    settings = Settings(**{"probes": chosen("default"), **target.settings, **wishes})
    return with_native(settings) if options.native else settings


def _hear(options: argparse.Namespace, *, asked: bool) -> bool:
    """Have native memory heard: the process starts once more where it was not from its start.

    Raises:
        UsageError: that can't be here, and was asked for.
        BlindError: there is no sampler, or no memory, and it was asked for.
    """
    obstacle = hear(None if options.typed else _WITHIN, asked=asked)
    hide(os.environ)
    if obstacle is not None and asked:
        raise UsageError(str(obstacle))
    if obstacle is not None and options.typed:
        sys.stderr.write(f"leakcheck: native memory is not counted: {obstacle.why}\n")
    return obstacle is None


def measured(target: Target, settings: Settings) -> Result:
    """The result; what the user's function raises becomes a sentence with their traceback."""
    try:
        with target.surroundings(), progress_line() as progress:
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


def headed(target: str) -> dict[str, Any]:
    """The beginning of all JSON: what was looked at, by which leakcheck and Python."""
    import leakcheck

    version = sys.version.split()[0]
    return {"leakcheck": leakcheck.__version__, "python": version, "target": target}


def as_json(result: Result, target: str) -> str:
    """The result as JSON, with what was run and by which leakcheck and Python."""
    from leakcheck.explain.source import Sources
    from leakcheck.report.jsonfile import to_dict

    data = headed(target) | {"result": to_dict(result, source=Sources().text)}
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def style(options: argparse.Namespace) -> Style:
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


def reproduce(target: Target, options: argparse.Namespace, result: Result) -> str:
    """The command that repeats this check, seed included."""
    words = ["python", "-m", "leakcheck", "run", target.name]
    for name in ("rate", "max_time", "iterations"):
        value = getattr(options, name)
        if value is not None:
            words += [
                f"--{name.replace('_', '-')}",
                f"{value:g}" if name != "iterations" else str(value),
            ]
    # By default it is counted only where it can be.
    words += ["--native"] * (result.probe == NATIVE)
    if options.probes is not None:
        words += ["--probes", options.probes]
    words += ["--seed", str(result.seed)]
    return shlex.join(words)
