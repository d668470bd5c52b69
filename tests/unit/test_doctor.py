# SPDX-License-Identifier: MIT
"""The self-check and its table: each planted leak is found, and each blindness is said."""

import importlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import leakcheck
from leakcheck import canaries, doctor
from leakcheck.canaries import CANARIES, probed, watch
from leakcheck.errors import BlindError
from leakcheck.measure.protocol import check_callable
from leakcheck.model import Metric, Verdict
from leakcheck.probes import linux
from tests.unit.unchecked import MEASURES

pytestmark = MEASURES

ROOT = Path(leakcheck.__file__).parent.parent


def start(*python: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    usual = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, *python, "-m", "leakcheck", "doctor"],
        cwd=folder,
        env={**usual, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def by_name(name):
    (one,) = [each for each in CANARIES if each.name == name]
    return one


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)
def test_each_canary_is_seen_and_twice_the_same(canary):
    first, second = watch(canary), watch(canary)
    assert (first.fault, second.fault) == ("", "")
    assert first.verdict is second.verdict is (Verdict.LEAK if canary.leaks else Verdict.CLEAN)


def test_a_descriptor_is_planted_too_where_probes_are_asked_for_and_closed_again():
    (canary,) = probed()
    before = len(linux.numbers())
    for _ in range(2):
        seen = watch(canary)
        assert (seen.verdict, seen.fault) == (Verdict.LEAK, "")
    assert len(linux.numbers()) == before
    canaries.ensure_seeing(probes=True)


def test_a_probe_that_sees_nothing_is_a_fault(monkeypatch):
    (canary,) = probed()
    (probe,) = canary.settings.probes
    blind = replace(canary.settings, probes=(replace(probe, read=lambda: 7),))
    monkeypatch.setattr(canaries, "probed", lambda: (replace(canary, settings=blind),))
    with pytest.raises(BlindError, match="a planted descriptor is judged clean instead of leak"):
        canaries.ensure_seeing(probes=True)
    canaries.ensure_seeing()


def test_a_cache_that_is_called_a_leak_is_a_fault():
    wrong = replace(by_name("live block"), name="bounded cache", metric=None, leaks=False)
    assert watch(wrong).fault == "a planted bounded cache is judged leak instead of clean"


def test_a_leak_that_is_called_clean_is_a_fault():
    wrong = replace(by_name("bounded cache"), name="live block", leaks=True)
    assert watch(wrong).fault == "a planted live block is judged clean instead of leak"


def test_each_metric_has_its_canary():
    metrics = {canary.metric for canary in CANARIES if canary.metric is not None}
    raw = {Metric.RAW} if sys.version_info < (3, 14) else set()
    assert metrics == {Metric.BLOCKS, Metric.OBJECTS, Metric.REFERENCES} | raw


def test_what_is_not_counted_in_a_large_process_is_no_fault(monkeypatch):
    def not_counted(*arguments, **options):
        result = check_callable(*arguments, **options)
        readings = tuple(replace(r, objects=None, references=None) for r in result.readings)
        return replace(result, readings=readings)

    monkeypatch.setattr(canaries, "check_callable", not_counted)
    for name in ("gc object", "reference"):
        assert watch(by_name(name)).fault == ""


def test_a_leak_at_another_line_is_a_fault():
    def plant():
        kept = []

        def elsewhere():
            kept.append(bytearray(64))

        def body():
            elsewhere()

        return body

    wrong = replace(by_name("live block"), plant=plant)
    assert watch(wrong).fault == "a planted live block is found, but not at its line"


def test_a_leak_that_its_own_metric_does_not_count_is_a_fault():
    wrong = replace(by_name("live block"), metric=Metric.RAW)
    fault = watch(wrong).fault
    assert fault == "a planted live block is not seen in the count of raw blocks"


def test_what_is_planted_is_let_go():
    import gc

    before = len([one for one in gc.get_objects() if type(one) is bytearray])
    for canary in CANARIES:
        watch(canary)
    gc.collect()
    assert len([one for one in gc.get_objects() if type(one) is bytearray]) == before


def test_one_fault_is_enough_to_refuse(monkeypatch):
    wrong = replace(by_name("bounded cache"), name="live block", leaks=True)
    monkeypatch.setattr(canaries, "CANARIES", (*CANARIES, wrong))
    with pytest.raises(BlindError, match="a planted live block is judged clean instead of leak"):
        canaries.ensure_seeing()


def test_the_table_names_what_was_looked_at(tmp_path):
    done = start(folder=tmp_path)
    assert done.returncode == 0, done
    assert done.stderr == ""
    words = "interpreter sampler allocator tracemalloc memray coverage faulthandler sys.settrace"
    for name in (*words.split(), "sys.setprofile", "pytest", *(c.name for c in CANARIES)):
        assert f"\n  {name} " in f"\n{done.stdout}", name
    assert "WRONG" not in done.stdout
    assert done.stdout.endswith("leakcheck sees what it must see\n")


@pytest.mark.parametrize(
    ("python", "env", "says"),
    [
        ((), {"PYTHONMALLOC": "malloc"}, "unset PYTHONMALLOC"),
        ((), {"PYTHONMALLOC": "malloc_debug"}, "unset PYTHONMALLOC"),
        (("-X", "tracemalloc"), {}, "tracemalloc is on"),
    ],
)
def test_what_is_in_the_way_is_said_once_with_status_4(tmp_path, python, env, says):
    done = start(*python, folder=tmp_path, **env)
    assert done.returncode == 4
    assert done.stdout.count(says) == 1
    assert "WRONG" in done.stdout
    assert "not judged" in done.stdout
    assert done.stdout.endswith("leakcheck is blind here\n")


def test_debug_builds_of_the_usual_allocator_are_no_obstacle(tmp_path):
    done = start(folder=tmp_path, PYTHONMALLOC="pymalloc_debug")
    assert done.returncode == 0, done


def test_a_pytest_that_does_not_fit_is_said(monkeypatch):
    # Not the package's attribute: pytester forgets modules that were imported within it.
    private = importlib.import_module("leakcheck.pytest_plugin._private")
    monkeypatch.setattr(private, "missing", lambda: "SetupState.setup")
    findings, sightings = doctor.examine()
    found = doctor.faults(findings, sightings)
    assert len(found) == 1, found
    (fault,) = found
    assert "SetupState.setup" in fault
    assert "install a pytest from 8.3" in fault


def test_a_hook_of_another_tool_is_shown():
    usual = sys.getprofile()
    sys.setprofile(lambda *_: None)
    try:
        findings, _ = doctor.examine()
    finally:
        sys.setprofile(usual)
    assert doctor.Finding("sys.setprofile", "builtins.function") in findings
