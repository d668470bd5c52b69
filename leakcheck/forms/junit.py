# SPDX-License-Identifier: MIT
"""JUnit XML: each test with what was measured as properties, a leak that fails as a failure."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Final

from leakcheck.forms.words import held, rate
from leakcheck.gate.session import Outcome

if TYPE_CHECKING:
    from leakcheck.gate.session import Session, Tested
    from leakcheck.model import Result

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(session: Session) -> str:
    """The report as text."""
    suite = ET.Element("testsuite", name="leakcheck")
    counts = dict.fromkeys(("failure", "error", "skipped"), 0)
    seconds = 0.0
    for one in session.tests:
        case = _case(one)
        suite.append(case)
        seconds += one.result.seconds if one.result is not None else 0.0
        for kind in counts:
            counts[kind] += case.find(kind) is not None
    suite.set("tests", str(len(session.tests)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    suite.set("time", f"{seconds:.3f}")
    top = ET.Element("testsuites")
    top.append(suite)
    ET.indent(top, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(top, encoding="unicode")}\n'


def plain(text: str) -> str:
    """The text with each character that XML can't hold written as an escape."""
    return _NO_XML.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _case(one: Tested) -> ET.Element:
    path, _, name = one.nodeid.partition("::")
    result = one.result
    case = ET.Element(
        "testcase",
        classname=plain(path.removesuffix(".py").replace("/", ".")),
        name=plain(name or path),
        file=plain(one.file),
        line=str(one.line),
        time=f"{result.seconds if result is not None else 0:.3f}",
    )
    if result is not None:
        properties = ET.SubElement(case, "properties")
        for key, value in _properties(one, result).items():
            ET.SubElement(properties, "property", name=f"leakcheck.{key}", value=plain(value))
    if one.standing is not None and one.standing.fails:
        _add(case, "failure", f"leaks {rate(result)}" if result is not None else "", one.note)
    elif one.outcome is Outcome.FAILED:
        _add(case, "failure", one.why or "it failed", "")
    elif one.outcome is Outcome.ERROR:
        _add(case, "error", one.why or "its set-up or tear-down failed", "")
    elif one.outcome in (Outcome.SKIPPED, Outcome.XFAILED):
        _add(case, "skipped", one.why, "")
    return case


def _add(case: ET.Element, kind: str, message: str, text: str) -> None:
    ET.SubElement(case, kind, message=plain(message)).text = plain(text)


def _properties(one: Tested, result: Result) -> dict[str, str]:
    found = {"verdict": str(result.verdict), "reason": result.reason, "runs": str(result.runs)}
    if result.verdict.leaks:
        found |= {
            "rate": rate(result),
            "fingerprint": result.fingerprint or "",
            "standing": str(one.standing or ""),
            "held": held(result),
        }
    if result.bound is not None:
        found["bound"] = f"{result.bound:.3g}"
    return found
