# SPDX-License-Identifier: MIT
"""`python -m tests.bench [QUESTION ...]`: what leakcheck costs, as ratios."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import page
from tests.bench.figures import BenchError, Options

if TYPE_CHECKING:
    from collections.abc import Sequence

QUESTIONS = (
    "settle",
    "mark",
    "memory",
    "soak",
    "holders",
    "tracing",
    "harness",
    "suite",
    "html",
    "native",
    "screening",
    "scale",
)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        epilog="Run it from the root of the repository with the sampler built into the tree.",
    )
    parser.add_argument(
        "questions", nargs="*", metavar="QUESTION", help=f"of {', '.join(QUESTIONS)} (all)"
    )
    parser.add_argument("--quick", action="store_true", help="few repeats: does it work at all")
    parser.add_argument("--full", action="store_true", help="also rows that take minutes")
    parser.add_argument("--suite", default="cachetools", help="package whose suite is timed")
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="put the answers into this page; others in it stay",
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Ask, print, write; 1 when a question had no answer, 2 for bad arguments."""
    asked = arguments(argv)
    if unknown := [name for name in asked.questions if name not in QUESTIONS]:
        print(
            f"no question named {', '.join(unknown)}; there are {', '.join(QUESTIONS)}",
            file=sys.stderr,
        )
        return 2
    try:
        importlib.import_module("leakcheck._core")
    except ImportError as error:
        print(
            f"the sampler is not built for this interpreter ({error}); "
            f"build it into the tree: {sys.executable} setup.py build_ext --inplace",
            file=sys.stderr,
        )
        return 2
    options = Options(quick=asked.quick, full=asked.full, suite=asked.suite)
    given = [*(["--quick"] if asked.quick else []), *(["--full"] if asked.full else [])]
    failed = False
    for name in asked.questions or QUESTIONS:
        question = importlib.import_module(f"tests.bench.{name}")
        print(f"== {name}: {(question.__doc__ or '').splitlines()[0]}\n", flush=True)
        try:
            texts = []
            for table in question.ask(options):
                texts.append(table.text())
                print(texts[-1], "\n", flush=True)
        except BenchError as error:
            print(f"no answer: {error}\n", file=sys.stderr, flush=True)
            failed = True
            continue
        if asked.markdown:
            command = " ".join(["python -m tests.bench", name, *given])
            page.put(asked.markdown, name, command, texts)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
