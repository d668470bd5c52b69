# SPDX-License-Identifier: MIT
"""The command that repeats the check of one test."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from leakcheck.config import Settings
from leakcheck.probes.choosing import chosen
from leakcheck.probes.native import NAME as NATIVE
from leakcheck.pytest_plugin.select import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leakcheck.pytest_plugin.select import Choice


def reproduce(nodeid: str, choice: Choice, probe: str, *, options: Sequence[str]) -> str:
    """The command that repeats one test's check, from where `nodeid` starts.

    Args:
        nodeid: as one types it.
        choice: how the test was checked.
        probe: the name of the probe by which a leak was found; empty where it was by memory.
        options: what pytest needs to find the test.
    """
    defaults = Settings()
    words = ["python", "-m", "pytest", nodeid, *options, "--leakcheck"]
    for name in SETTINGS:
        value = getattr(choice.settings, name)
        if value != getattr(defaults, name):
            text = str(value).removesuffix(".0")
            words.append(f"--leakcheck-{name.replace('_', '-')}={text}")
    names = [one.name for one in choice.settings.probes if one.name != NATIVE]
    if set(names) != {one.name for one in chosen("default")}:
        words.append(f"--leakcheck-probes={','.join(names) or 'none'}")
    if choice.strict:
        words.append("--leakcheck-strict")
    if probe == NATIVE:
        words.append("--leakcheck-native")  # By default it is counted only where it can be.
    return " ".join(shlex.quote(word) for word in words)
