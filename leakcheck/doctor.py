# SPDX-License-Identifier: MIT
"""`python -m leakcheck doctor`: can leakcheck see here, and what else is at work."""

from __future__ import annotations

import faulthandler
import os
import platform
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from leakcheck import __version__
from leakcheck.canaries import CANARIES, Sighting, watch
from leakcheck.errors import BlindError
from leakcheck.measure.able import ensure_able

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table.

    Attributes:
        name: what was looked at.
        text: how it is.
        fault: empty, or why measuring can't be trusted because of it.
    """

    name: str
    text: str
    fault: str = ""


def examine() -> tuple[list[Finding], list[Sighting]]:
    """Look at everything that measuring rests on, then watch each canary."""
    findings = [_interpreter(), _sampler(), _allocator(), *_tools(), _pytest()]
    return findings, [_watch(index) for index in range(len(CANARIES))]


def _interpreter() -> Finding:
    implementation = platform.python_implementation()
    text = f"{implementation} {platform.python_version()}, {sys.platform} {platform.machine()}"
    return Finding("interpreter", text)


def _sampler() -> Finding:
    try:
        ensure_able()
    except BlindError as error:
        return Finding("sampler", "blind", str(error))
    return Finding("sampler", f"leakcheck {__version__}, fits this interpreter")


def _allocator() -> Finding:
    chosen = os.environ.get("PYTHONMALLOC", "")
    said = f"PYTHONMALLOC={chosen}" if chosen else "PYTHONMALLOC is not set"
    blocks = sys.getallocatedblocks()
    if blocks == 0:
        return Finding("allocator", f"not Python's own ({said})")
    return Finding("allocator", f"counts {blocks:,} blocks ({said})")


def _tools() -> list[Finding]:
    """Other tools in this process; those that are in the way are faults of the sampler."""
    import tracemalloc  # Here: where there is none, that is said before it is looked at.

    tracer = sys.gettrace()
    profiler = sys.getprofile()
    return [
        Finding("tracemalloc", "on" if tracemalloc.is_tracing() else "off"),
        Finding("memray", _loaded("memray")),
        Finding("coverage", _loaded("coverage")),
        Finding("faulthandler", "on" if faulthandler.is_enabled() else "off"),
        Finding("sys.settrace", _kind(tracer)),
        Finding("sys.setprofile", _kind(profiler)),
    ]


def _kind(hook: object) -> str:
    return "none" if hook is None else f"{type(hook).__module__}.{type(hook).__qualname__}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _loaded(name: str) -> str:
    version = _version(name)
    if not version:
        return "not installed"
    return f"{version}, {'loaded' if name in sys.modules else 'installed, not loaded'}"


def _pytest() -> Finding:
    """The plugin works under this pytest; without pytest the command line still does."""
    version = _version("pytest")
    if not version:
        return Finding("pytest", "not installed")
    try:
        from leakcheck.pytest_plugin._private import missing

        gone = missing()
    except ImportError as error:
        gone = str(error)
    if gone:
        return Finding(
            "pytest",
            version,
            f"leakcheck can't repeat tests under pytest {version} ({gone}); install a pytest "
            "from 8.3 to 9.2 or a newer pytest-leakcheck",
        )
    return Finding("pytest", f"{version}, fits")


def _watch(index: int) -> Sighting:
    canary = CANARIES[index]
    try:
        return watch(canary)
    except BlindError as error:
        return Sighting(canary.name, None, str(error), 0.0)


def faults(findings: Sequence[Finding], sightings: Sequence[Sighting]) -> list[str]:
    """Why measuring can't be trusted here, each reason once; empty when it can."""
    said = [*(each.fault for each in findings), *(each.fault for each in sightings)]
    return list(dict.fromkeys(fault for fault in said if fault))


def render(findings: Sequence[Finding], sightings: Sequence[Sighting]) -> str:
    """The table for people, ending in a line feed."""
    lines = [f"  {each.name:<22}{each.text}{'   WRONG' if each.fault else ''}" for each in findings]
    lines += ["", "  planted                judged           ms"]
    for sighting in sightings:
        verdict = sighting.verdict or "not judged"
        mark = "   WRONG" if sighting.fault else ""
        lines.append(f"  {sighting.name:<22} {verdict:<12} {sighting.seconds * 1e3:>6.1f}{mark}")
    found = faults(findings, sightings)
    lines.append("")
    lines += [f"  {fault}" for fault in found]
    lines.append("leakcheck is blind here" if found else "leakcheck sees what it must see")
    return "\n".join(lines) + "\n"
