# SPDX-License-Identifier: MIT
"""The same seed says the same twice, whatever the hash seed, the clock or the order of tests."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import itertools, random, functools
random.seed(3)  # for the tests' own runs, in which leakcheck has no say
KEPT, REGISTRY, NAMES = [], {}, {}
TURN, NUMBERS = itertools.count(), itertools.count()
@functools.lru_cache(50_000)
def bounded(number):
    return [number]
def test_clean():
    assert {str(n) for n in range(50)}
def test_leaks():
    KEPT.append([1])
def test_third_run():
    if next(TURN) % 3 == 0:
        KEPT.append([1])
def test_by_random_key():
    REGISTRY[random.random()] = [1]
def test_few_keys():
    NAMES[f"name {random.randrange(20)}"] = [1]
def test_by_order_of_hashes():
    NAMES[next(iter({"a", "b", "c", "d"}))] = [1]
def test_bounded():
    bounded(next(NUMBERS))
"""
WANTED = {
    "test_clean": "clean",
    "test_leaks": "leak",
    "test_third_run": "leak",
    "test_by_random_key": "leak",
    "test_few_keys": "clean",
    "test_by_order_of_hashes": "clean",
    "test_bounded": "cache",
}
CLOCKS = """
import itertools, random, time
import pytest
KEPT = []
@pytest.fixture
def frozen(monkeypatch):
    for name in ("time", "monotonic", "perf_counter", "process_time"):
        monkeypatch.setattr(time, name, lambda: 1e9)
        monkeypatch.setattr(time, name + "_ns", lambda: 10**18)
@pytest.fixture
def no_chance(monkeypatch):
    for name in ("random", "seed", "getstate", "setstate"):
        monkeypatch.setattr(random, name, lambda *_: 4)
def test_frozen(frozen):
    KEPT.append([time.monotonic()])
def test_frozen_clean(frozen):
    assert time.time() == time.perf_counter() == 1e9
def test_no_chance(no_chance):
    KEPT.append([random.random()])
def test_no_chance_clean(no_chance):
    assert random.random() == 4
def test_clock_stays_frozen():
    time.perf_counter = time.monotonic = lambda: 1e9
    random.seed = random.getstate = lambda *_: None
    KEPT.append([1])
def test_clock_runs_away():
    time.perf_counter = time.monotonic = lambda: 1e6 * next(HOURS)
    KEPT.append([1])
HOURS = itertools.count()
"""
REVERSED = """
def pytest_collection_modifyitems(items):
    items.reverse()
"""


def verdicts(done):
    return {key.rpartition("::")[2]: value["verdict"] for key, value in done.found.items()}


def shown(done):
    """What a result rests on, but for the levels, which are those of the whole process."""
    return {
        key: (
            [(r["phase"], r["runs"], r["blocks"] - one["readings"][0]["blocks"]) for r in readings],
            one["marks"],
            [site["series"] for site in one["sites"] if site["grows"]],
        )
        for key, one in done.found.items()
        if (readings := one["readings"])
    }


def test_the_same_seed_gives_the_same_runs_and_counts_twice(run, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    first, second = (run(SUITE, "--leakcheck-max-time=120", "--leakcheck-seed=5") for _ in range(2))
    assert verdicts(first) == verdicts(second) == WANTED
    assert _runs(first) == _runs(second)
    for name in ("test_leaks", "test_by_random_key"):
        (one,), (other,) = (
            [sites for key, (_, _, sites) in shown(done).items() if key.endswith(f"::{name}")]
            for done in (first, second)
        )
        assert one == other
        assert one


def _runs(done):
    return {
        key: [(phase, runs) for phase, runs, _ in found[0]] for key, found in shown(done).items()
    }


def test_another_seed_gives_another_order_of_batches_and_the_same_verdicts(run):
    first, second = (
        run(SUITE, "--leakcheck-max-time=120", f"--leakcheck-seed={seed}") for seed in (1, 2)
    )
    assert verdicts(first) == verdicts(second) == WANTED
    assert _runs(first) != _runs(second)


@pytest.mark.parametrize("seed", ["0", "1234"])
def test_the_seed_of_hashes_changes_no_verdict(run, monkeypatch, seed):
    monkeypatch.setenv("PYTHONHASHSEED", seed)
    assert verdicts(run(SUITE, "--leakcheck-max-time=120")) == WANTED


def test_tests_in_another_order_get_the_same_verdicts(run, pytester):
    pytester.makeconftest(REVERSED)
    done = run(SUITE, "--leakcheck-max-time=120")
    assert list(verdicts(done)) == list(reversed(WANTED))
    assert verdicts(done) == WANTED


def test_a_replaced_clock_or_generator_changes_nothing(run):
    done = run(CLOCKS, "--leakcheck-max-time=120")
    assert verdicts(done) == {
        "test_frozen": "leak",
        "test_frozen_clean": "clean",
        "test_no_chance": "leak",
        "test_no_chance_clean": "clean",
        "test_clock_stays_frozen": "leak",
        "test_clock_runs_away": "leak",
    }


def test_the_seed_is_said_at_the_start_and_in_the_command_to_reproduce(run):
    done = run(SUITE, "-k", "test_leaks", "--leakcheck-seed=11")
    done.result.stdout.fnmatch_lines(
        [
            "leakcheck: *, seed 11, *",
            "  reproduce  python -m pytest test_it.py::test_leaks --leakcheck --leakcheck-seed=11",
        ]
    )
