# SPDX-License-Identifier: MIT
"""From the sampler's evidence to a result: names, merged sites, a reason in words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, NamedTuple

from leakcheck.measure.able import load_core
from leakcheck.measure.native_stacks import UNPLACED, UNSOUND, Places
from leakcheck.model import Frame, Metric, Phase, Probed, Reading, Result, Site, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakcheck.measure.raw import RawFrame, RawReading, RawResult
    from leakcheck.model import NativeFrame
    from leakcheck.probe import Probe

_VERDICTS: Final = (Verdict.CLEAN, Verdict.LEAK, Verdict.INCONCLUSIVE)
PHASES: Final = (Phase.WARMUP, Phase.SCREEN, Phase.TRACE)
_NO_STACK: Final = Frame(file="", function="<no Python stack>", line=0)

METRICS: Final = tuple(Metric)
FIRST_PROBE: Final = METRICS.index(Metric.PROBE)
"""Index that the first probe of a check has among the sampler's metrics."""
NATIVE: Final = 2
"""The sampler's book of memory that is not Python's."""
WHY_STOPPED: Final = 7
WHY_SUSPECT: Final = 8
UNTRACED: Final = (WHY_STOPPED, WHY_SUSPECT)
"""Why nothing is decided where the time has run out."""
SUM_SHARE: Final = 0.9
"""Part of the growth of exact sites that the sum of all sites must show."""


class _Key(NamedTuple):
    """What makes two stacks the same site for people: lines, and the leaf's expression."""

    outer: tuple[tuple[str, str, int], ...]
    leaf: Frame
    truncated: bool
    native: bool
    inner: tuple[NativeFrame, ...] = ()


def _frame(raw: RawFrame) -> Frame:
    file, function, line, end_line, column, end_column = raw
    return Frame(
        file=file,
        function=function,
        line=max(line, 0),
        end_line=end_line if end_line > 0 else None,
        column=column if column >= 0 else None,
        end_column=end_column if end_column >= 0 else None,
    )


def _is_step(frame: Frame) -> bool:
    """A frame that CPython 3.13 and later put between a class's call and its `__init__`."""
    return frame.file == frame.function == "__init__"


def _if_read(count: int) -> int | None:
    return None if count < 0 else count


def _reading(raw: RawReading) -> Reading:
    phase, runs, blocks, in_raw, objects, references, counts, probes = raw
    wide = (_if_read(objects), _if_read(references), _if_read(counts))
    return Reading(PHASES[phase], runs, blocks, in_raw, *wide, probes=probes)


def _sum(these: list[int], those: list[int]) -> list[int]:
    return [a + b for a, b in zip(these, those, strict=True)]


def _stack(path: tuple[int, ...], frames: list[Frame]) -> tuple[Frame, ...]:
    return tuple(frames[i] for i in path if not _is_step(frames[i])) or (_NO_STACK,)


def _key(stack: tuple[Frame, ...], *, truncated: bool, native: bool) -> _Key:
    outer = tuple((f.file, f.function, f.line) for f in stack[:-1])
    return _Key(outer, stack[-1], truncated, native)


def sites_of(raw: RawResult, sites: tuple[Site, ...]) -> list[Site | None]:
    """For each of the sampler's sites the one that it is part of; of native ones, the first."""
    frames = [_frame(f) for f in raw["frames"]]
    by_key: dict[_Key, Site] = {}
    for one in sites:
        by_key.setdefault(_key(one.frames, truncated=one.truncated, native=one.native), one)
    return [
        by_key.get(_key(_stack(path, frames), truncated=truncated, native=book == NATIVE))
        for path, truncated, book, *_ in raw["sites"]
    ]


class _Counts(NamedTuple):
    """What stayed of one site: a stack that has its key, live blocks and bytes at each mark."""

    stack: tuple[Frame, ...]
    blocks: list[int]
    sizes: list[int]

    def plus(self, other: _Counts) -> _Counts:
        return _Counts(self.stack, _sum(self.blocks, other.blocks), _sum(self.sizes, other.sizes))


def _sites(raw: RawResult, rate: float) -> tuple[Site, ...]:
    """The evidence's sites, merged by line, growing ones first, largest first."""
    frames = [_frame(f) for f in raw["frames"]]
    places = Places(sound=raw["native_sound"])
    merged: dict[_Key, _Counts] = {}
    inner: dict[_Key, dict[_Key, _Counts]] = {}
    for path, truncated, book, blocks, sizes, addresses in raw["sites"]:
        stack = _stack(path, frames)
        key = _key(stack, truncated=truncated, native=book == NATIVE)
        here = _Counts(stack, blocks, sizes)
        merged[key] = here.plus(merged[key]) if key in merged else here
        if key.native:
            parts = inner.setdefault(key, {})
            part = key._replace(inner=places.of(addresses))
            parts[part] = here.plus(parts[part]) if part in parts else here
    sites: list[Site] = []
    for key, counts in merged.items():
        sites += _apart(raw, rate, _site(raw, rate, key, counts), inner.get(key, {}))
    sites.sort(key=lambda s: (not s.grows, -s.blocks, -s.bytes, s.leaf.file, s.leaf.line))
    return tuple(sites)


def _apart(raw: RawResult, rate: float, whole: Site, parts: dict[_Key, _Counts]) -> list[Site]:
    """A native site by its native stacks, unless only all of them together follow the runs."""
    apart = [_site(raw, rate, key, counts) for key, counts in parts.items()]
    if not apart:
        return [whole]
    if len(apart) > 1 and whole.grows and not any(one.grows for one in apart):
        largest = max(apart, key=lambda one: one.blocks)
        return [dataclasses.replace(whole, native_frames=largest.native_frames)]
    return apart


def _site(raw: RawResult, rate: float, key: _Key, counts: _Counts) -> Site:
    blocks, sizes = counts.blocks, counts.sizes
    verdict, slope, exact = load_core().judge_series(raw["marks"], blocks, raw["window_ends"], rate)
    return Site(
        frames=counts.stack,
        truncated=key.truncated,
        blocks=blocks[-1] - blocks[0],
        bytes=sizes[-1] - sizes[0],
        series=tuple(count - blocks[0] for count in blocks),
        grows=_VERDICTS[verdict] is Verdict.LEAK,
        exact=exact,
        rate=slope,
        native=key.native,
        native_frames=key.inner,
    )


def _metric(index: int) -> Metric | None:
    """The metric with the sampler's index of it; None for none."""
    return METRICS[min(index, FIRST_PROBE)] if index >= 0 else None


def _reason(raw: RawResult, rate: float, metric: str) -> str:
    """Why this verdict, in one sentence; `metric` is what several of what it counts are called."""
    slope, judged, windows = raw["slope"], raw["judged"], raw["windows"]
    if raw["dropped"]:
        return (
            f"{raw['dropped']} allocations or readings were missed: memory ran out, there was no "
            f"room for so many mappings, or another tool took leakcheck's hooks out"
        )
    return (
        "no decision was reached",
        f"nothing grew in {judged} runs",
        f"what grew at first ended: no growth in the last {judged} runs",
        f"{metric} grew in each of {windows} windows, {judged:,} runs in all, without slowing down",
        f"{metric} still grow, but ever more slowly ({slope:.3g} a run at the end)",
        (
            f"{metric} grew by {slope:.3g} a run on the whole, which is less than the rate looked "
            f"for ({rate:g}); a smaller rate looks closer"
        ),
        "the counts neither grow steadily nor stop growing",
        too_short(raw["runs"]),
        f"{metric} grew while it was screened",
    )[raw["why"]]


def too_short(runs: int) -> str:
    """Why nothing is decided where the time has run out after so many runs."""
    return f"the time is too short for more than {runs} runs; a longer max time decides it"


def upheld_by_sites(result: Result) -> Result:
    """An undecided trace is a leak where call sites alone prove it.

    Something that fills or falls beside a leak bends the sum of both. A site that keeps the same
    whole number of blocks in every run, at every mark, is a leak by itself, unless it only
    replaces older blocks one for one: then the sum would not grow with it.
    """
    exact = [s for s in result.sites if s.grows and s.exact]
    if result.verdict is not Verdict.INCONCLUSIVE or result.dropped or not exact:
        return result
    first, last = result.readings[-len(result.marks)], result.readings[-1]
    grown = (last.blocks - first.blocks) + (last.raw - first.raw)
    rate = sum(s.rate for s in exact)
    if grown < SUM_SHARE * rate * result.marks[-1]:
        return result
    lines = "one line keeps" if len(exact) == 1 else f"{len(exact)} lines keep"
    return dataclasses.replace(
        result,
        verdict=Verdict.LEAK,
        rate=rate,
        exact=True,
        metric=Metric.BLOCKS,
        reason=(
            f"{lines} a whole number of blocks in every run, exactly, over {result.marks[-1]:,} "
            f"runs; what else grew there slowed down"
        ),
    )


def to_result(
    raw: RawResult, *, rate: float, seed: int, seconds: float, probes: tuple[Probe, ...] = ()
) -> Result:
    """The result for people and programs.

    Args:
        raw: what the sampler handed over.
        rate: the smallest leak looked for, in blocks a run.
        seed: seed of the batches.
        seconds: wall time of the check.
        probes: that were asked, in their order.
    """
    verdict = _VERDICTS[raw["verdict"]]
    if raw["dropped"]:
        verdict = Verdict.INCONCLUSIVE
    metric = _metric(raw["metric"])
    decided = probes[raw["metric"] - FIRST_PROBE] if metric is Metric.PROBE else None
    units = str(metric or Metric.BLOCKS) if decided is None else decided.units
    return Result(
        verdict=verdict,
        reason=_reason(raw, rate, units),
        rate=0.0 if verdict is Verdict.CLEAN else raw["slope"],
        exact=raw["exact"],
        bound=min(raw["bound"], 1.0) if verdict is Verdict.CLEAN else None,
        judged=raw["judged"],
        runs=raw["runs"],
        readings=tuple(map(_reading, raw["readings"])),
        marks=tuple(raw["marks"]),
        sites=_sites(raw, rate),
        dropped=raw["dropped"],
        seconds=seconds,
        seed=seed,
        metric=metric,
        probe="" if decided is None else decided.name,
        probes=tuple(Probed(one.name, one.unit, one.units) for one in probes),
        unexplained=tuple(_unexplained(raw)),
    )


def _unexplained(raw: RawResult) -> Iterator[str]:
    """What is not told of native stacks, a sentence each."""
    if not raw["native_sound"] and any(one[5] for one in raw["sites"]):
        yield UNSOUND
    if raw["native_unplaced"] and any(one[2] == NATIVE for one in raw["sites"]):
        yield UNPLACED.format(count=raw["native_unplaced"])
