# SPDX-License-Identifier: MIT
"""`python -m leakcheck report FILE`: the file of --leakcheck-json in another form."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leakcheck.forms.github import github
from leakcheck.forms.gitlab import gitlab
from leakcheck.forms.junit import junit
from leakcheck.forms.markdown import markdown
from leakcheck.forms.outputs import outputs
from leakcheck.forms.sarif import sarif
from leakcheck.forms.speedscope import speedscope
from leakcheck.forms.terminal import terminal
from leakcheck.gate.sessionfile import dumps, load
from leakcheck.gate.stored import write
from leakcheck.html.page import html

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from leakcheck.gate.session import Session

FORMS: Final[Mapping[str, Callable[[Session, str], str]]] = {
    "terminal": lambda session, _: terminal(session),
    "json": lambda session, _: dumps(session),
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
    "junit": lambda session, _: junit(session),
    "markdown": markdown,
    "outputs": lambda session, _: outputs(session),
    "html": html,
    "speedscope": lambda session, _: speedscope(session),
}
"""Each is given the session, and its root folder from the top of the repository."""


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
    parser.add_argument(
        "--prefix",
        metavar="FOLDER",
        help="the root folder of the session from the top of the repository, for the paths in "
        "sarif, github, gitlab, markdown and html (default: as GITHUB_WORKSPACE or CI_PROJECT_DIR says)",
    )
    parser.set_defaults(action=run)


def run(options: argparse.Namespace) -> int:
    """Always 0: the file may say that something leaks, the form is written all the same."""
    session = load(options.file)
    prefix = options.prefix if options.prefix is not None else _prefix(session.root)
    text = FORMS[options.format](session, prefix)
    give(text, options.output)
    return 0


def _prefix(root: str) -> str:
    """The root from the top of the repository, where a CI says which folder that is."""
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        top = os.environ.get(name)
        if top:
            found = os.path.relpath(os.path.realpath(root), os.path.realpath(top))
            return "" if found == "." or found.startswith("..") else Path(found).as_posix()
    return ""


def give(text: str, output: Path | None) -> None:
    """Write to a file, or to stdout whatever its encoding."""
    if output is not None:
        write(output, text)
        return
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()
