# SPDX-License-Identifier: MIT
"""The native stacks of a leak get names, and what can't be named is said."""

from __future__ import annotations

import dataclasses
import os
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest

from leakcheck.measure import native_names
from leakcheck.measure.native_names import LATE, MISSING, distribution_of_library, named
from leakcheck.model import Frame, NativeFrame, Result, Site, Verdict

RUST = "_ZN3toy4make17h0123456789abcdefE"
STACK = (NativeFrame("/none/liba.so", 5, RUST), NativeFrame(""))
SITE = Site(
    (Frame("t.py", "f", 1),),
    truncated=False,
    blocks=16,
    bytes=160,
    series=(0, 16),
    grows=True,
    exact=True,
    rate=1.0,
    native=True,
    native_frames=STACK,
)
LEAK = Result(Verdict.LEAK, "it grew", sites=(SITE, dataclasses.replace(SITE, grows=False)))


def test_what_grows_is_named_and_the_rest_is_as_it_was() -> None:
    first, second = named(LEAK).sites
    assert [one.function for one in first.native_frames] == ["toy::make", ""]
    assert second.native_frames == STACK


@pytest.mark.parametrize("verdict", [Verdict.CLEAN, Verdict.INCONCLUSIVE])
def test_what_is_no_leak_is_not_looked_up(verdict) -> None:
    result = dataclasses.replace(LEAK, verdict=verdict)
    assert named(result) is result


def test_a_leak_without_native_stacks_is_as_it_was() -> None:
    result = dataclasses.replace(LEAK, sites=(dataclasses.replace(SITE, native_frames=()),))
    assert named(result) is result


def test_without_pyelftools_a_sentence_says_what_is_missing(monkeypatch) -> None:
    monkeypatch.setattr(native_names.util, "find_spec", lambda _: None)
    result = named(LEAK)
    assert result.unexplained == (MISSING,)
    assert "pytest-leakcheck[native]" in MISSING
    assert result.sites[0].native_frames[0].function == "toy::make"


def test_where_the_time_is_up_a_sentence_says_so(monkeypatch) -> None:
    pytest.importorskip("elftools")
    monkeypatch.setattr(native_names, "SECONDS", -1.0)
    assert named(LEAK).unexplained == (LATE,)


@pytest.mark.parametrize("folder", ["_pytest", "_pytest.so"])
def test_an_installed_library_belongs_to_its_distribution(folder: str) -> None:
    file = f"/v/lib/python3.13/site-packages/{folder}".removesuffix("/")
    assert distribution_of_library(file) == ("pytest", metadata.version("pytest"))


def test_a_bundled_library_belongs_to_the_distribution_of_its_folder() -> None:
    file = "/v/lib/python3.13/site-packages/pytest.libs/libz-1234.so.1"
    assert distribution_of_library(file) == ("pytest", metadata.version("pytest"))


@pytest.mark.parametrize("file", ["/usr/lib/libz.so.1", "/v/site-packages/nobody_has_this/a.so"])
def test_a_library_that_nobody_is_known_to_have_installed_has_no_distribution(file: str) -> None:
    assert distribution_of_library(file) == ("", "")


def test_the_interpreters_own_libraries_have_its_version() -> None:
    version = sys.version.split()[0]
    inside = Path(sysconfig.get_path("platstdlib"), "lib-dynload", "_ctypes.so")
    assert distribution_of_library(str(inside)) == ("CPython", version)
    assert distribution_of_library(os.path.realpath(sys.executable)) == ("CPython", version)
