# SPDX-License-Identifier: MIT
"""A small project on disk and results made by hand over its lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from leakcheck.model import Frame, Result, Site, Verdict
from leakcheck.report.terminal import Style, render

CACHE = """\
_CACHE = {}
_NAMES = []


def serve(request_id):
    _CACHE[request_id] = bytes(1024)


def grüße(größe):
    _NAMES.append({"名前": größe, "é": str(größe)})


def load(path):
    return _NAMES.append(
        dict(path=path)
    )
"""
TESTS = """\
from app import cache


def test_first():
    cache.serve(1)


def test_second():
    cache.serve(
        2
    )
"""
MARKS = (0, 4, 8, 12, 16, 24, 32, 40, 48, 64, 80, 96, 112)
INSTALLED = "/v/lib/python3.13/site-packages"
STDLIB = "/v/lib/python3.13"


@dataclass
class Project:
    root: Path

    def frame(self, file, function, line, *extent):
        """`extent`: end_line, column, end_column."""
        path = file if file.startswith(("/", "<")) or not file else str(self.root / file)
        return Frame(path, function, line, *extent)

    @property
    def test_first(self):
        return self.frame("tests/test_app.py", "test_first", 5, 5, 4, 18)

    @property
    def test_second(self):
        return self.frame("tests/test_app.py", "test_second", 9, 11, 4, 5)

    @property
    def made(self):
        return self.frame("app/cache.py", "serve", 6, 6, 25, 36)

    @property
    def stored(self):
        return self.frame("app/cache.py", "serve", 6, 6, 4, 22)

    @property
    def harness(self):
        return (
            self.frame(f"{STDLIB}/unittest/case.py", "TestCase.run", 600),
            self.frame(f"{INSTALLED}/pluggy/_hooks.py", "HookCaller.__call__", 512),
            self.frame(f"{INSTALLED}/_pytest/python.py", "pytest_pyfunc_call", 159),
        )

    def site(self, *frames, blocks=112, size=None, grows=True, exact=True, **more):
        series = tuple(blocks * mark // MARKS[-1] for mark in MARKS)
        values = {
            "truncated": False,
            "bytes": blocks * 100 if size is None else size,
            "series": series,
            "rate": blocks / MARKS[-1],
        }
        return Site(frames=frames, blocks=blocks, grows=grows, exact=exact, **values | more)

    def leak(self, *sites, **more):
        values = {
            "reason": "grew in each of 3 windows.",
            "rate": 1.0,
            "exact": True,
            "judged": 112,
            "runs": 130,
            "marks": MARKS,
            "seconds": 0.4,
        }
        return Result(Verdict.LEAK, sites=sites, **values | more)

    def render(self, result, *, reproduce="pytest --leakcheck x.py::t", **style):
        return render(
            result, test="x.py::t", root=self.root, reproduce=reproduce, style=Style(**style)
        )


@pytest.fixture
def project(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "app" / "cache.py").write_text(CACHE, encoding="utf-8")
    (tmp_path / "tests" / "test_app.py").write_text(TESTS, encoding="utf-8")
    return Project(tmp_path)
