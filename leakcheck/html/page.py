# SPDX-License-Identifier: MIT
"""The whole page: one file, no request, nothing in it that a session could make run."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from leakcheck.forms import words
from leakcheck.forms.speedscope import profiles
from leakcheck.gate.findings import findings
from leakcheck.gate.outcome import gate, sentences
from leakcheck.gate.session import Standing
from leakcheck.html.detail import detail
from leakcheck.html.engine import asset, template
from leakcheck.html.others import undecided, with_verdict
from leakcheck.html.tree import kept
from leakcheck.model import Frame, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leakcheck.explain.source import Sources
    from leakcheck.gate.findings import Finding
    from leakcheck.gate.session import Session, Tested

FIRST: Final = 100
"""Leaks that stand in the page as they are shown; of others the text stands there."""
CHUNK: Final = 50
"""Leaks that are unpacked together when one of them is opened."""
MOST_CODE: Final = 200
"""Characters of a statement in a tree."""
_ORDER: Final = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Row:
    """A leak in the table."""

    key: str
    standing: str
    note: str
    rate: str
    rate_value: float
    share: float
    where: str
    statement: str
    held: str
    file: str
    test: str
    others: int


@dataclass(frozen=True, slots=True)
class Share:
    """A verdict, and how many tests have it; x and width are for a bar 1,000 wide."""

    name: str
    count: int
    x: float
    width: float


def html(session: Session, prefix: str = "") -> str:
    """The page.

    Args:
        session: what is told of.
        prefix: its root folder from the top of the repository.

    Raises:
        UsageError: jinja2 is not installed.
    """
    found = findings(session)
    sources = words.sources_of(session)
    page = template("page.html")
    style, script = asset("report.css"), asset("report.js")
    details = [detail(one, session, sources) for one in found]
    rich = template("detail.html")
    drawn = [rich.render(one=one) for one in details[FIRST:]]
    held = gate(session)
    log = profiles(session)
    unsure = undecided(session, sources)
    return page.render(
        policy=_policy(style, script),
        style=_markup(style),
        script=_markup(script),
        data=_json(_data(found, sources, log, drawn)),
        session=session,
        headline=_headline(len(held.failing), len(unsure)),
        failing=bool(held.failing) or held.fails(strict=session.strict),
        verdicts=_verdicts(session.tests),
        notes=tuple(sentences(held, strict=session.strict)),
        rows=[_row(one, session, prefix, sources) for one in found],
        standings=[
            (str(one), count)
            for one in Standing
            if (count := sum(each.standing is one for each in found))
        ],
        details=details[:FIRST],
        texts=details[FIRST:],
        undecided=unsure,
        caches=with_verdict(session, Verdict.CACHE),
        clean=with_verdict(session, Verdict.CLEAN),
        unchecked=[one for one in session.tests if one.result is None],
    )


def embedded(value: object) -> str:
    """JSON that ends no script and begins no comment, wherever in a page it stands."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def packed(value: object) -> str:
    """JSON, compressed without a head (deflate), in base64."""
    data = json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(packer.compress(data) + packer.flush()).decode("ascii")


def _markup(text: str) -> object:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - our own files


def _json(value: object) -> object:
    from markupsafe import Markup

    return Markup(embedded(value))  # noqa: S704 - no <, > or & is left in it


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, and of what could run only these two texts may."""

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")

    return (
        f"default-src 'none'; script-src 'sha256-{digest(script)}'; "
        f"style-src 'sha256-{digest(style)}'; base-uri 'none'; form-action 'none'"
    )


def _data(
    found: Sequence[Finding], sources: Sources, log: dict[str, Any], drawn: Sequence[str]
) -> dict[str, object]:
    """What the script needs.

    `profile`: the file of speedscope, packed. `more`: what that does not hold, packed: the statement
    at each of its frames, and of each leak the bytes of each of its samples. `chunks`: the leaks
    from number `first` on as they are shown, `chunk` at a time, packed.
    """
    shared = (Frame(one["file"], one["name"], one["line"]) for one in log["shared"]["frames"])
    more = {
        "code": [(sources.text(frame) or "")[:MOST_CODE] for frame in shared],
        "bytes": [[site.bytes for site in kept(one.result)] for one in found],
    }
    chunks = range(0, len(drawn), CHUNK)
    return {
        "profile": packed(log),
        "more": packed(more),
        "first": FIRST,
        "chunk": CHUNK,
        "chunks": [packed(drawn[at : at + CHUNK]) for at in chunks],
    }


def _headline(failing: int, unsure: int) -> str:
    if failing:
        return "1 leak fails" if failing == 1 else f"{failing:,} leaks fail"
    tests = "1 test" if unsure == 1 else f"{unsure:,} tests"
    return f"No leak fails, {tests} undecided" if unsure else "No leak fails"


def _verdicts(tests: Sequence[Tested]) -> list[Share]:
    counts = Counter(one.result.verdict for one in tests if one.result is not None)
    named = [(str(verdict), counts[verdict]) for verdict in _ORDER if counts[verdict]]
    without = sum(one.result is None for one in tests)
    named += [("without a check", without)] if without else []
    shares: list[Share] = []
    x = 0.0
    for name, count in named:
        width = round(1000 * count / len(tests), 1)
        shares.append(Share(name, count, round(x, 1), width))
        x += width
    return shares


def _row(one: Finding, session: Session, prefix: str, sources: Sources) -> Row:
    at = words.where(one, session, prefix)
    file, _, test = one.tests[0].nodeid.partition("::")
    return Row(
        key=one.key,
        standing=str(one.standing),
        note=one.note,
        rate=words.rate(one.result),
        rate_value=one.rate,
        share=one.share,
        where=f"{at.path}:{at.line}",
        statement=words.statement(one, session, sources),
        held=words.held(one.result),
        file=file,
        test=test or file,
        others=len(one.tests) - 1,
    )
