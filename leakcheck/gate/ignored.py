# SPDX-License-Identifier: MIT
"""Leaks that a project does not want to hear of, each with a reason: `leakcheck_ignore`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakcheck.errors import UsageError
from leakcheck.judge.leaking import leaking_sites
from leakcheck.judge.sites import installed_path, is_harness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leakcheck.model import Frame, Result, Site

KINDS: Final = ("fingerprint", "module", "site", "holder", "probe")
_LINE: Final = re.compile(
    r"(?P<kind>\w+)\s+(?P<pattern>\S.*?)\s+because\s+(?P<reason>\S.*)", re.DOTALL
)
FORM: Final = (
    "write KIND PATTERN because REASON, where KIND is fingerprint, module, site, holder or "
    "probe, such as "
    "'holder app.REGISTRY* because it is filled once for each tenant'"
)


@dataclass(frozen=True, slots=True)
class Ignore:
    """One line of the setting.

    Attributes:
        text: the line.
        kind: one of KINDS.
        pattern: what it must be equal to; * stands for anything, ? for one character.
        reason: why.
    """

    text: str
    kind: str
    pattern: str
    reason: str


def read_ignored(lines: Iterable[str]) -> tuple[Ignore, ...]:
    """The lines of the setting.

    Raises:
        UsageError: one can't be read; the message quotes it.
    """
    return tuple(_one(" ".join(line.split())) for line in lines if line.strip())


def _one(text: str) -> Ignore:
    found = _LINE.fullmatch(text)
    if found is None:
        raise UsageError(f"leakcheck_ignore has {text[:200]!r}, which is no rule: {FORM}")
    if found["kind"] not in KINDS:
        raise UsageError(
            f"leakcheck_ignore has {text[:200]!r}, which begins with no kind of pattern: {FORM}"
        )
    return Ignore(text, found["kind"], found["pattern"], found["reason"])


def ignored(result: Result, rules: Iterable[Ignore]) -> Ignore | None:
    """The rule that a leak is under, with files named from the root.

    A leak that shows several growing lines or holders is under a rule only when all of them are,
    so that a rule never hides another leak of the same test.
    """
    return next((one for one in rules if _fits(result, one)), None)


def matches(text: str, pattern: str) -> bool:
    """Whether the whole text is as the pattern; brackets stand for themselves, as in a path."""
    pieces = (
        ".*" if piece == "*" else "." if piece == "?" else re.escape(piece)
        for piece in re.split(r"([*?])", pattern)
    )
    return re.fullmatch("".join(pieces), text, re.DOTALL) is not None


def _fits(result: Result, rule: Ignore) -> bool:
    if rule.kind == "fingerprint":
        return result.fingerprint is not None and matches(result.fingerprint, rule.pattern)
    if rule.kind == "probe":
        return result.probe != "" and matches(result.probe, rule.pattern)
    if rule.kind == "holder":
        paths = [one.path for one in result.containers if one.path] or [
            one for one in (result.cache, *(kept.path for kept in result.survivors)) if one
        ]
        return bool(paths) and all(matches(path, rule.pattern) for path in paths)
    growing = [site for site in leaking_sites(result) if site.grows] or list(result.sites)
    named = _places if rule.kind == "site" else _modules
    return bool(growing) and all(
        any(matches(name, rule.pattern) for name in named(site)) for site in growing
    )


def _written(site: Site) -> Iterator[Frame]:
    """The frames that a person wrote; the test's own first."""
    return (frame for frame in site.frames if frame.file and not is_harness(frame))


def _places(site: Site) -> Iterator[str]:
    """`app/bus.py` and `app/bus.py:subscribe` of the innermost written frame."""
    frame = next(reversed([*_written(site)]), None)
    if frame is not None:
        path = installed_path(frame) or frame.file
        yield path
        yield f"{path}:{frame.function}"


def _modules(site: Site) -> Iterator[str]:
    """`app.bus` of the innermost written frame."""
    for path in _places(site):
        if path.endswith(".py"):
            yield path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
