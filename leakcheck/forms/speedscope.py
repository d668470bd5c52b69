# SPDX-License-Identifier: MIT
"""The stacks that leak in speedscope's file format, weighted by their growth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from leakcheck.gate.findings import findings
from leakcheck.judge.sites import is_harness

if TYPE_CHECKING:
    from leakcheck.gate.findings import Finding
    from leakcheck.gate.session import Session
    from leakcheck.model import Frame, NativeFrame

SCHEMA: Final = "https://www.speedscope.app/file-format-schema.json"


def speedscope(session: Session) -> str:
    """The file's text."""
    return json.dumps(profiles(session)) + "\n"


def profiles(session: Session) -> dict[str, Any]:
    """A profile for each leak, worst first; a sample is a stack, its weight the blocks that stayed."""
    frames: dict[tuple[str, str, int], int] = {}
    found = [_profile(one, frames) for one in findings(session)]
    named = [{"name": name, "file": file, "line": line} for name, file, line in frames]
    return {
        "$schema": SCHEMA,
        "exporter": f"leakcheck {session.leakcheck}",
        "name": "what leaks",
        "shared": {"frames": named},
        "profiles": found,
    }


def _profile(one: Finding, frames: dict[tuple[str, str, int], int]) -> dict[str, Any]:
    def number(frame: Frame) -> int:
        key = (frame.function, frame.file, max(1, frame.line))
        return frames.setdefault(key, len(frames))

    def native_number(frame: NativeFrame) -> int:
        name = frame.function or f"+{frame.offset:#x}"
        key = (name, frame.file or frame.library, max(1, frame.line))
        return frames.setdefault(key, len(frames))

    kept = [site for site in one.result.sites if site.blocks > 0]
    samples = [
        ([number(frame) for frame in site.frames if not is_harness(frame)] or [number(site.leaf)])
        + [native_number(frame) for frame in site.native_frames]
        for site in kept
    ]
    weights = [site.blocks for site in kept]
    return {
        "type": "sampled",
        "name": f"{one.key} {one.tests[0].nodeid}",
        "unit": "none",
        "startValue": 0,
        "endValue": sum(weights),
        "samples": samples,
        "weights": weights,
    }
