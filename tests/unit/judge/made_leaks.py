# SPDX-License-Identifier: MIT
"""Leaks made by hand from a few stacks, and their causes in words."""

from __future__ import annotations

from pathlib import Path

from leakcheck.judge.fingerprint import cause
from leakcheck.model import Container, Frame, Result, Site, Verdict

ROOT = Path("/home-of/project")
PACKAGES = "/venv/lib/python3.13/site-packages"
OWN = Frame(f"{ROOT}/app/bus.py", "subscribe", 41)
VIEW = Frame(f"{ROOT}/app/views.py", "show", 12)
TEST = Frame(f"{ROOT}/tests/test_bus.py", "test_publish", 7)
OTHER_TEST = Frame(f"{ROOT}/tests/test_more.py", "test_more", 70)
CLICK = Frame(f"{PACKAGES}/click/testing.py", "invoke", 179)
COMPAT = Frame(f"{PACKAGES}/click/_compat.py", "func", 500)
PYTEST = Frame(f"{PACKAGES}/_pytest/python.py", "runtest", 5)
LIBRARY = Frame("/usr/lib/python3.13/json/decoder.py", "decode", 9)
FILES = {
    "app": f"{ROOT}/app/__init__.py",
    "app.bus": f"{ROOT}/app/bus.py",
    "click._compat": f"{PACKAGES}/click/_compat.py",
}
BUS = {"held": "app.bus.BUS.handlers", "module": "app.bus"}


def site(*frames: Frame, grows: bool = True, exact: bool = True) -> Site:
    return Site(
        frames,
        truncated=False,
        blocks=112,
        bytes=112 * 64,
        series=(0, 112),
        grows=grows,
        exact=exact,
        rate=1.0,
    )


def leak(*frames: Frame, held: str = "", module: str = "", key: str = "") -> Result:
    containers = (Container("dict", held, module, 3, 19, key=key),) if held else ()
    return Result(Verdict.LEAK, "", 1.0, sites=(site(*frames),), containers=containers)


def said(result: Result) -> str:
    return cause(
        result,
        ROOT,
        lambda frame: f"line{frame.line}" if frame.line < 50 else "",
        lambda name: FILES.get(name, ""),
    )
