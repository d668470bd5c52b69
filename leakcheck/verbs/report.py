# SPDX-License-Identifier: MIT
"""`python -m leakcheck report FILE`: the file of --leakcheck-json in another form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leakcheck.forms.terminal import terminal
from leakcheck.gate.sessionfile import dumps, load
from leakcheck.gate.stored import write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from leakcheck.gate.session import Session

FORMS: Final[Mapping[str, Callable[[Session], str]]] = {
    "terminal": terminal,
    "json": dumps,
}


def add(verbs: Any) -> None:
    """Declare the verb's arguments."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "report",
        help="show what a session measured, in any form",
        description="Reads the file that pytest --leakcheck-json=FILE wrote and writes it in "
        "another form. Nothing is measured or judged anew.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the session's file")
    parser.add_argument(
        "--format", choices=tuple(FORMS), default="terminal", help="default: terminal"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="default: stdout")
    parser.set_defaults(action=run)


def run(options: argparse.Namespace) -> int:
    """Always 0: the file may say that something leaks, the form is written all the same."""
    text = FORMS[options.format](load(options.file))
    give(text, options.output)
    return 0


def give(text: str, output: Path | None) -> None:
    """Write to a file, or to stdout whatever its encoding."""
    if output is not None:
        write(output, text)
        return
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()
