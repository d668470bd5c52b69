# SPDX-License-Identifier: MIT
"""`python -m leakcheck baseline`: the list of known leaks is made, shortened, shown and checked."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leakcheck.errors import UsageError
from leakcheck.gate.baseline import NAME, by_fingerprint, dumps, load
from leakcheck.gate.day import day, today
from leakcheck.gate.ignored import read_ignored
from leakcheck.gate.outcome import gate, sentences
from leakcheck.gate.sessionfile import load as load_session
from leakcheck.gate.standing import Rules, gone, judged, shrunk, updated
from leakcheck.gate.stored import write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from leakcheck.gate.baseline import Entry
    from leakcheck.gate.session import Session

_MERGE: Final = "union"
_VERBS: Final = {
    "update": "take in all leaks of the results; what people wrote in the file stays",
    "prune": "take out what is fixed in the results",
    "diff": "show how the results stand to the file",
    "check": "the same, with status 1 for what is new, worse or expired; without results the file "
    "alone is checked",
}


def add(verbs: Any) -> None:
    """Declare the verbs."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "baseline",
        help="the list of known leaks: update, prune, diff, check",
        description=f"Works on {NAME}, the leaks that a project knows of. A leak that is listed is "
        "shown and fails no test, unless it gets worse.",
    )
    below = parser.add_subparsers(dest="what", metavar="VERB", required=True)
    for name, text in _VERBS.items():
        one = below.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        one.add_argument(
            "results",
            nargs="*" if name == "check" else "+",
            type=Path,
            metavar="RESULT",
            help="what pytest --leakcheck-json=RESULT wrote; of a matrix, all of them",
        )
        one.add_argument(
            "--file",
            type=Path,
            metavar="PATH",
            help=f"default: {NAME} in the root folder of the results, else here",
        )
        if name == "update":
            for field in ("reason", "issue", "owner", "until"):
                one.add_argument(
                    f"--{field}", default="", help=f"the {field} of the entries that are added"
                )
        if name == "prune":
            one.add_argument(
                "--whole",
                action="store_true",
                help="the results together are of all tests there are: one that is not in them is gone",
            )
        if name == "check":
            one.add_argument(
                "--strict", action="store_true", help="status 1 also for what is fixed and listed"
            )
    parser.set_defaults(action=run)


def run(options: argparse.Namespace) -> int:
    """The status: 1 only from `check`."""
    sessions = [load_session(path) for path in options.results]
    path = options.file or _root(sessions) / NAME
    entries = load(path) if options.what in ("diff", "check") or path.exists() else ()
    if options.what == "update":
        return _update(path, entries, sessions, options)
    if options.what == "prune":
        return _prune(path, entries, sessions, whole=options.whole)
    strict = options.what == "check" and options.strict
    status = 0
    for session in sessions:
        found = gate(_against(session, entries))
        for one in found.failing:
            note = f" ({one.note})" if one.note else ""
            _say(f"{one.standing.upper()}{note} {one.key} in {one.tests[0].nodeid}")
        for line in sentences(found, strict=strict):
            _say(line)
        if not (found.failing or found.known or found.suppressed or found.gone):
            _say("nothing leaks, and nothing is listed that is fixed")
        status |= found.fails(strict=strict) or bool(found.expired)
    if not sessions:
        status = _of_file(path, entries)
    return int(status) if options.what == "check" else 0


def _of_file(path: Path, entries: Iterable[Entry]) -> bool:
    """Whether something in the file itself is out of date."""
    expired = [one for one in entries if one.until and today() > one.until]
    for one in expired:
        _say(f"EXPIRED {one.fingerprint} was let be until {one.until}: {one.reason or one.what}")
    if not expired:
        _say(f"{path}: {_count(entries)} known, none expired")
    return bool(expired)


def _update(
    path: Path, entries: tuple[Entry, ...], sessions: list[Session], options: argparse.Namespace
) -> int:
    if options.until:
        try:
            day(options.until, "--until")
        except ValueError as error:
            raise UsageError(str(error)) from None
    added = {name: getattr(options, name) for name in ("reason", "issue", "owner", "until")}
    made: tuple[Entry, ...] = entries
    for session in sessions:
        made = updated(_against(session, made), made, **added)
    made = _largest(made, sessions)
    before = by_fingerprint(entries)
    new = sum(one.fingerprint not in before for one in made)
    changed = sum(before.get(one.fingerprint, one) != one for one in made)
    write(path, dumps(made))
    _say(f"{path}: {_count(made)} known, {new} added, {changed} changed")
    _attributes(path)
    fixed = set.intersection(*({one.fingerprint for one in gone(each, made)} for each in sessions))
    if fixed:
        _say(f"FIXED {', '.join(sorted(fixed))}: baseline prune takes them out")
    return 0


def _largest(entries: tuple[Entry, ...], sessions: list[Session]) -> tuple[Entry, ...]:
    """The rates of the session in which they are largest: versions of Python differ."""
    if len(sessions) == 1:
        return entries
    alone = [by_fingerprint(updated(_against(one, ()), ())) for one in sessions]
    made = []
    for entry in entries:
        tests = dict(entry.tests)
        for found in alone:
            for name, rate in (
                found[entry.fingerprint].tests if entry.fingerprint in found else {}
            ).items():
                tests[name] = max(tests[name], rate)
        made.append(dataclasses.replace(entry, tests=tests))
    return tuple(made)


def _prune(path: Path, entries: tuple[Entry, ...], sessions: list[Session], *, whole: bool) -> int:
    if whole:
        every = tuple(one for session in sessions for one in session.tests)
        sessions = [dataclasses.replace(sessions[0], tests=every, whole=True)]
    fixed = set.intersection(
        *({one.fingerprint for one in gone(session, entries)} for session in sessions)
    )
    left = tuple(shrunk(one, sessions) for one in entries if one.fingerprint not in fixed)
    if left != entries:
        write(path, dumps(left))
    named = f": {', '.join(sorted(fixed))}" if fixed else ""
    still = by_fingerprint(left)
    short = sum(still.get(one.fingerprint, one) != one for one in entries)
    _say(f"{path}: {_count(left)} known, {len(fixed)} taken out{named}, {short} shortened")
    return 0


def _against(session: Session, entries: Iterable[Entry]) -> Session:
    rules = Rules(by_fingerprint(entries), read_ignored(session.ignored), today())
    return dataclasses.replace(judged(session, rules), day=rules.day)


def _root(sessions: list[Session]) -> Path:
    root = Path(sessions[0].root) if sessions else Path()
    return root if root.is_dir() else Path()


def _attributes(path: Path) -> None:
    """Tell git, once, how two branches' lists come together."""
    folder = path.parent if path.parent.parts else Path()
    try:
        told = subprocess.run(  # noqa: S603 - the name of a file of ours
            ["git", "check-attr", "merge", "--", path.name],  # noqa: S607 - git is where it is
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return
    if told.returncode != 0 or not told.stdout.rstrip().endswith(": unspecified"):
        return
    attributes = folder / ".gitattributes"
    old = attributes.read_text(encoding="utf-8") if attributes.exists() else ""
    line = f"{path.name} merge={_MERGE}"
    write(attributes, old + ("\n" if old and not old.endswith("\n") else "") + line + "\n")
    _say(
        f"{attributes}: added {line!r}, so that two branches' lists come together without conflict"
    )


def _count(entries: Iterable[Entry]) -> str:
    number = len(list(entries))
    return "1 leak" if number == 1 else f"{number} leaks"


def _say(line: str) -> None:
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
