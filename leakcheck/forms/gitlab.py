# SPDX-License-Identifier: MIT
"""GitLab's Code Quality report: an issue for each leak."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from leakcheck.forms.words import lines, sources_of, where
from leakcheck.gate.findings import findings

if TYPE_CHECKING:
    from leakcheck.gate.session import Session


def gitlab(session: Session, prefix: str = "") -> str:
    """The report as text; issues with one fingerprint would be shown as one."""
    issues = []
    sources = sources_of(session)
    for one in findings(session):
        at = where(one, session, prefix)
        issues.append(
            {
                "description": "; ".join(lines(one, session, sources)),
                "check_name": f"leakcheck/{one.result.verdict.replace(' ', '-')}",
                "fingerprint": one.key,
                "severity": "major" if one.standing.fails else "info",
                "location": {"path": at.path, "lines": {"begin": at.line}},
            }
        )
    return json.dumps(issues, indent=1) + "\n"
