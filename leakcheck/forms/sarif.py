# SPDX-License-Identifier: MIT
"""SARIF 2.1.0, as code hosts read it: a result for each leak, with a fingerprint that stays."""

from __future__ import annotations

import json
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

from leakcheck.forms.words import inside, is_ours, lines, sources_of, where
from leakcheck.gate.findings import findings
from leakcheck.gate.session import Standing
from leakcheck.model import Verdict

if TYPE_CHECKING:
    from leakcheck.explain.source import Sources
    from leakcheck.gate.findings import Finding
    from leakcheck.gate.session import Session
    from leakcheck.model import Frame

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
MOST: Final = 5_000
"""As many are shown; those that fail come first."""
MOST_FRAMES: Final = 50
_RULES: Final = {
    Verdict.LEAK: (
        "leak",
        "Memory grows with each run",
        "Live blocks follow the runs of the test, in every window, without slowing down.",
    ),
    Verdict.UNBOUNDED_CACHE: (
        "unbounded-cache",
        "A cache without a limit grows with each run",
        "The growth was gone when the cache was emptied, and the cache has no limit.",
    ),
}
_ACCEPTED: Final = (Standing.KNOWN, Standing.SUPPRESSED)


def sarif(session: Session, prefix: str = "") -> str:
    """The whole log as text."""
    every = findings(session)
    sources = sources_of(session)
    results = [_result(one, session, prefix, sources) for one in every[:MOST]]
    python = ".".join(session.python.split(".")[:2])
    run = {
        "tool": {
            "driver": {
                "name": "leakcheck",
                "version": session.leakcheck,
                "rules": [_rule(*rule) for rule in _RULES.values()],
            }
        },
        "automationDetails": {"id": f"leakcheck/{session.implementation}-{python}/"},
        "invocations": [{"executionSuccessful": True}],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "top of the repository"}}},
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1) + "\n"


def _rule(name: str, short: str, full: str) -> dict[str, Any]:
    return {
        "id": f"leakcheck/{name}",
        "shortDescription": {"text": short},
        "fullDescription": {"text": full},
        "help": {"text": f"{full} Remove what is kept, or list the leak as known with a reason."},
        "defaultConfiguration": {"level": "error"},
    }


def _result(one: Finding, session: Session, prefix: str, sources: Sources) -> dict[str, Any]:
    at = where(one, session, prefix)
    result: dict[str, Any] = {
        "ruleId": f"leakcheck/{_RULES[one.result.verdict][0]}",
        "level": "error" if one.standing.fails else "note",
        "message": {"text": "\n".join(lines(one, session, sources))},
        "locations": [_location(at.path, at.line)],
        "partialFingerprints": {"leakcheck/v1": one.key},
        "properties": {
            "standing": str(one.standing),
            "rate": one.rate,
            "tests": [test.nodeid for test in one.tests[:MOST_FRAMES]],
        },
    }
    steps = [_step(frame, prefix) for frame in _stack(one) if is_ours(frame)]
    if steps:
        result["codeFlows"] = [{"threadFlows": [{"locations": steps[-MOST_FRAMES:]}]}]
    if one.standing in _ACCEPTED:
        accepted = {"kind": "external", "status": "accepted", "justification": one.note or "known"}
        result["suppressions"] = [accepted]
    return result


def _stack(one: Finding) -> tuple[Frame, ...]:
    site = next(
        (site for site in one.result.sites if site.grows), next(iter(one.result.sites), None)
    )
    return site.frames if site is not None else ()


def _location(path: str, line: int) -> dict[str, Any]:
    uri = urllib.parse.quote(path, safe="/", errors="backslashreplace")
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": "SRCROOT"},
            "region": {"startLine": line},
        }
    }


def _step(frame: Frame, prefix: str) -> dict[str, Any]:
    location = _location(inside(frame.file, prefix), max(1, frame.line))
    location["message"] = {"text": f"in {frame.function}"}
    return {"location": location}
