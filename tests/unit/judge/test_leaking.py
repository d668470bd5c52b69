# SPDX-License-Identifier: MIT
"""Whose a leak is, its cause and its hint, where a probe decided: by the lines that opened it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leakcheck.judge.fingerprint import cause, identified
from leakcheck.judge.hints import hint
from leakcheck.judge.leaking import leaking_sites
from leakcheck.judge.whose import whose
from leakcheck.model import Metric, Owner, Result, Site
from leakcheck.probes.choosing import available
from tests.unit.judge.made_leaks import ROOT
from tests.unit.made_sessions import leak, opening


def opened_by(*frames: tuple[str, str]) -> Result:
    result = opening()
    (one,) = result.opened
    found = tuple(
        replace(one.frames[0], file=f"{ROOT}/{file}", function=function)
        for file, function in frames
    )
    return replace(result, opened=(replace(one, frames=found),), cause="", fingerprint=None)


def test_a_leak_of_memory_goes_by_its_sites() -> None:
    assert leaking_sites(leak(opened=opening().opened)) == leak().sites


def test_a_leak_of_a_probe_goes_by_what_opened_it() -> None:
    (one,) = opening().opened
    site = Site(
        frames=one.frames,
        truncated=False,
        blocks=0,
        bytes=0,
        series=(),
        grows=True,
        exact=False,
        rate=2.0,
    )
    assert leaking_sites(opening()) == (site,)
    unknown = replace(opening(), opened=(replace(one, runs=0),))
    assert leaking_sites(unknown) == (replace(site, rate=0.0),)
    assert leaking_sites(replace(opening(), opened=(replace(one, frames=()),))) == ()


def test_it_is_whose_the_innermost_line_is() -> None:
    result = opened_by(("tests/test_bus.py", "test_publish"), ("app/bus.py", "subscribe"))
    assert (whose(result, ROOT).owner, whose(result, ROOT).name) == (Owner.PROJECT, "app/bus.py")
    assert whose(opened_by(("tests/test_bus.py", "test_it")), ROOT).owner is Owner.TEST


def test_its_cause_is_the_probe_and_the_line_and_a_test_that_only_calls_is_no_part() -> None:
    one = opened_by(("tests/test_bus.py", "test_publish"), ("app/bus.py", "subscribe"))
    two = opened_by(("tests/test_other.py", "test_other"), ("app/bus.py", "subscribe"))
    said = cause(one, ROOT, lambda _: "os.open(path)")
    assert said == "descriptors opened in app/bus.py:subscribe: os.open(path)"
    assert cause(two, ROOT, lambda _: "os.open(path)") == said
    assert identified(one, ROOT, lambda _: "x").fingerprint is not None
    other = replace(one, probe="sockets")
    assert cause(other, ROOT, lambda _: "os.open(path)") != said


def test_without_a_line_there_is_no_cause_that_others_could_share() -> None:
    assert cause(opened_by(), ROOT, lambda _: "") == ""


@pytest.mark.parametrize("name", list(available()))
def test_each_probe_has_its_hint(name: str) -> None:
    assert hint(replace(opening(), probe=name))


def test_a_probe_of_somebody_else_has_none() -> None:
    assert hint(replace(opening(), probe="device", metric=Metric.PROBE)) == ""


def test_a_leak_of_native_memory_goes_by_its_own_sites() -> None:
    native = replace(leak().sites[0], native=True)
    result = replace(opening(), sites=(*leak().sites, native))
    assert leaking_sites(result) == (native,)
