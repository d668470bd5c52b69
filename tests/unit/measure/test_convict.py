# SPDX-License-Identifier: MIT
"""Evidence becomes a result: merged sites, names, reasons."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from leakcheck.measure.convict import to_result, upheld_by_sites
from leakcheck.measure.raw import RawResult, RawSite
from leakcheck.model import Phase, Reading, Result, Site, Verdict

MARKS = [0, 4, 9, 16, 25, 32, 40, 48, 60, 70, 84, 96, 112]
ENDS = [3, 7, 12]


def raw(**changes: Any) -> RawResult:
    result: dict[str, Any] = {
        "verdict": 1,
        "why": 3,
        "metric": 0,
        "slope": 1.0,
        "exact": True,
        "bound": 0.0,
        "judged": 112,
        "runs": 124,
        "windows": 3,
        "readings": [(0, 1, 100, 5, 90, 300, 7, (3,)), (2, 124, 112, 0, -1, -1, -1, None)],
        "marks": MARKS,
        "window_ends": ENDS,
        "sites": [],
        "frames": [("a.py", "outer", 3, 3, 4, 9), ("b.py", "inner", 7, 7, 8, 16)],
        "wide": True,
        "native_sound": True,
        "native_unplaced": 0,
        "dropped": 0,
        "untracked_frees": 0,
    }
    result.update(changes)
    return result  # type: ignore[return-value]


def site(path: tuple[int, ...], each: int, size: int = 64) -> RawSite:
    counts = [5 + each * n for n in MARKS]
    return (path, False, 0, counts, [size * n for n in counts], ())


def native(each: list[int], *addresses: int) -> RawSite:
    """Blocks that a library took at the inner line, in the first marks as many as `each` says."""
    return ((0, 1), False, 2, each, [64 * n for n in each], addresses)


def result_of(evidence: RawResult) -> Result:
    return to_result(evidence, rate=0.3, seed=7, seconds=1.5)


def test_a_sites_differences_are_counted_from_the_baseline() -> None:
    found = result_of(raw(sites=[site((0, 1), 2)])).sites[0]
    assert (found.blocks, found.bytes) == (224, 224 * 64)
    assert found.series == tuple(2 * n for n in MARKS)
    assert (found.grows, found.exact, found.rate) == (True, True, 2.0)
    assert (found.leaf.file, found.leaf.function, found.leaf.line) == ("b.py", "inner", 7)
    assert (found.leaf.column, found.leaf.end_column) == (8, 16)


def test_stacks_that_differ_only_within_outer_lines_are_one_site() -> None:
    frames = [
        ("a.py", "outer", 3, 3, 4, 9),
        ("a.py", "outer", 3, 3, 12, 17),
        ("b.py", "inner", 7, 7, 8, 16),
    ]
    found = result_of(raw(frames=frames, sites=[site((0, 2), 1), site((1, 2), 1)])).sites
    assert [s.blocks for s in found] == [224]


def test_expressions_of_one_line_are_sites_of_their_own() -> None:
    frames = [("b.py", "inner", 7, 7, 8, 16), ("b.py", "inner", 7, 7, 20, 30)]
    found = result_of(raw(frames=frames, sites=[site((0,), 1), site((1,), 1)])).sites
    assert len(found) == 2


def test_native_blocks_are_sites_by_their_native_stacks() -> None:
    steady, still = [2 * n for n in MARKS], [3] * len(MARKS)
    found = result_of(raw(sites=[native(steady, 1), native(still, 1, 1)])).sites
    assert [(s.native, s.grows, s.blocks, len(s.native_frames)) for s in found] == [
        (True, True, 224, 1),
        (True, False, 0, 2),
    ]


def test_native_stacks_that_follow_the_runs_only_together_are_one_site() -> None:
    """Such as a function that is called at another depth in each run."""
    ways = [[n if n % 3 == rest else 0 for n in MARKS] for rest in range(3)]
    whole = [sum(at) for at in zip(*ways, strict=True)]
    assert whole == MARKS
    sites = [native(way, *[1] * (at + 1)) for at, way in enumerate(ways)]
    (found,) = result_of(raw(sites=sites)).sites
    assert (found.grows, found.exact, found.blocks) == (True, True, 112)
    assert len(found.native_frames) == 1 + max(range(3), key=lambda at: ways[at][-1])


def test_where_a_library_was_unloaded_no_native_stack_is_told_and_it_is_said() -> None:
    steady = [2 * n for n in MARKS]
    evidence = raw(native_sound=False, sites=[native(steady, 1), native(steady, 1, 1)])
    result = result_of(evidence)
    (found,) = result.sites
    assert (found.blocks, found.native_frames) == (448, ())
    assert "a library was unloaded" in result.unexplained[0]
    assert result_of(raw(native_sound=False, sites=[site((0, 1), 1)])).unexplained == ()


def test_where_native_stacks_could_not_be_kept_the_leak_stands_and_it_is_said() -> None:
    sites = [native([2 * n for n in MARKS])]
    result = result_of(raw(native_unplaced=1200, sites=sites, verdict=1))
    assert result.verdict is Verdict.LEAK
    (said,) = result.unexplained
    assert said.startswith("1,200 native blocks were recorded without their native stacks")
    assert result_of(raw(native_unplaced=1200, sites=[site((0, 1), 1)])).unexplained == ()


def test_both_books_of_one_stack_are_added_up() -> None:
    in_raw = site((0, 1), 1)
    found = result_of(raw(sites=[site((0, 1), 1), (*in_raw[:2], 1, *in_raw[3:])])).sites
    assert [s.blocks for s in found] == [224]


def test_growing_sites_come_first_however_small() -> None:
    jump = [0] * 6 + [900] * 7
    found = result_of(raw(sites=[((0,), False, 0, jump, jump, ()), site((0, 1), 1)])).sites
    assert [(s.grows, s.blocks) for s in found] == [(True, 112), (False, 900)]


def test_an_allocation_without_a_stack_says_so() -> None:
    found = result_of(raw(sites=[site((), 1)])).sites[0]
    assert (found.leaf.file, found.leaf.function) == ("", "<no Python stack>")


def test_unknown_positions_are_none() -> None:
    found = result_of(raw(frames=[("c", "f", -1, -1, -1, -1)], sites=[site((0,), 1)])).sites[0]
    leaf = found.leaf
    assert (leaf.line, leaf.end_line, leaf.column, leaf.end_column) == (0, None, None, None)


def test_anything_dropped_makes_the_verdict_inconclusive() -> None:
    found = result_of(raw(dropped=3))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "3 allocations or readings were missed" in found.reason


def test_a_clean_result_has_its_bound_and_no_rate() -> None:
    found = result_of(raw(verdict=0, why=1, slope=0.0, bound=0.3, judged=10))
    assert (found.verdict, found.bound, found.rate) == (Verdict.CLEAN, 0.3, 0.0)
    assert found.reason == "nothing grew in 10 runs"


def test_a_bound_never_exceeds_one() -> None:
    assert result_of(raw(verdict=0, why=2, bound=1.5, judged=2)).bound == 1.0


@pytest.mark.parametrize("why", range(8))
def test_every_reason_is_a_sentence_of_its_own(why: int) -> None:
    reasons = {result_of(raw(why=w)).reason for w in range(8)}
    assert len(reasons) == 8
    assert result_of(raw(why=why)).reason


def test_readings_keep_their_phase_and_what_was_counted() -> None:
    assert result_of(raw()).readings == (
        Reading(Phase.WARMUP, 1, 100, 5, 90, 300, 7, (3,)),
        Reading(Phase.TRACE, 124, 112, 0),
    )


def undecided(each: int, grown: int) -> Result:
    """An undecided trace with one exact site, whose sum grew by `grown`."""
    sites = result_of(raw(sites=[site((0, 1), each)])).sites
    readings = tuple(Reading(Phase.TRACE, n, grown * n // MARKS[-1], 0) for n in MARKS)
    return dataclasses.replace(
        result_of(raw(verdict=2, why=4)), sites=sites, readings=readings, marks=tuple(MARKS)
    )


def test_an_exact_site_upholds_a_leak_beside_other_growth() -> None:
    found = upheld_by_sites(undecided(1, grown=140))
    assert (found.verdict, found.rate, found.exact) == (Verdict.LEAK, 1.0, True)
    assert "one line keeps a whole number of blocks in every run" in found.reason


def test_a_site_that_only_replaces_older_blocks_upholds_nothing() -> None:
    assert upheld_by_sites(undecided(1, grown=10)).verdict is Verdict.INCONCLUSIVE


def test_without_an_exact_site_nothing_is_upheld() -> None:
    bent = Site(frames=(), truncated=False, blocks=9, bytes=9, series=(0, 9), grows=True, exact=False,
                rate=0.5)  # fmt: skip
    result = dataclasses.replace(undecided(1, grown=140), sites=(bent,))
    assert upheld_by_sites(result) is result


def test_a_decided_result_is_left_alone() -> None:
    clean = dataclasses.replace(undecided(1, grown=140), verdict=Verdict.CLEAN)
    assert upheld_by_sites(clean) is clean
