# SPDX-License-Identifier: MIT
"""The laboratory's own parts: halves apart, one process from one seed, sane rows and tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leakcheck.measure import confirm, plan
from tests.bench import growth_lab, growth_page, growth_score, growth_tables
from tests.bench.growth_driver import HERE, Driver, LaboratoryError, build, salt
from tests.bench.growth_held_apart import HARMLESS, HELD_APART, LEAKS
from tests.bench.growth_processes import TUNING, Kind, Process, every, fill, harmless, leak, line
from tests.bench.growth_score import BEYOND, LEAK, OURS, Row
from tests.unit.unchecked import LONG


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    return Driver(build(tmp_path_factory.mktemp("laboratory")))


def row(kind: str, percent: float, *, rule: str = OURS, name: str = "p") -> Row:
    return Row(name, "g", kind, rule, 0.1, 0, percent, 0, 0, 10, 1000)


def test_the_halves_have_no_process_in_common() -> None:
    names = [process.name for process in (*TUNING, *HELD_APART)]
    assert len(set(names)) == len(names)
    assert not {process.parts for process in TUNING} & {process.parts for process in HELD_APART}


def test_the_half_held_apart_is_large_and_says_what_leaks() -> None:
    assert len(HARMLESS) >= 20
    assert len(LEAKS) >= 20
    assert len(HELD_APART) >= 40
    assert all(process.harmless for process in HARMLESS)
    assert not any(process.harmless for process in LEAKS)


def test_the_kinds_of_parts_stand_in_one_order_on_both_sides() -> None:
    header = (HERE / "growth_levels.h").read_text(encoding="utf-8")
    assert re.findall(r"^\s+GROWTH_(\w+),", header, re.MULTILINE) == [kind.name for kind in Kind]


def test_the_chain_has_the_numbers_of_the_product() -> None:
    source = (HERE / "growth_chain.c").read_text(encoding="utf-8")
    told = dict(re.findall(r"\b([A-Z_]+) = ([\d.]+)[,;]", source))
    assert told == {
        "WARMUP_MAX": "8",
        "ADAPTIVE_WINDOWS": str(plan.ADAPTIVE_WINDOWS),
        "CONFIRM_FIRST_WINDOW": str(plan.CONFIRM_FIRST_WINDOW),
        "CONFIRM_WINDOWS": str(plan.CONFIRM_WINDOWS),
        "STILL_GROWING": str(confirm.STILL_GROWING),
        "UPHELD_RUNS": str(confirm.UPHELD_RUNS),
    }


@pytest.mark.parametrize("process", [*TUNING, *HELD_APART], ids=lambda process: process.name)
def test_a_process_is_drawn_from_its_seed_alone(driver: Driver, process: Process) -> None:
    parts = process.parts_at(0.1)
    run_by_run, at_once = driver.levels(parts, 5), driver.levels(parts, 5)
    levels = [run_by_run.after(1) for _ in range(60)]
    assert at_once.after(40) == levels[39]
    assert at_once.after(20) == levels[59]
    run_by_run.close()
    at_once.close()


def test_a_cache_grows_until_it_is_full_and_a_leak_does_not_stop(driver: Driver) -> None:
    cache, leaking = driver.levels([fill(5, 2)], 1), driver.levels([every(3)], 1)
    assert [cache.after(1) for _ in range(7)] == [1002, 1004, 1006, 1008, 1010, 1010, 1010]
    first = leaking.after(3)
    assert leaking.after(300) == first + 100
    cache.close()
    leaking.close()


def test_a_process_of_no_parts_is_refused(driver: Driver) -> None:
    with pytest.raises(LaboratoryError, match="no process can be made"):
        driver.levels([], 1)
    with pytest.raises(LaboratoryError, match="the machine refuses rate 2"):
        driver.judge([line(1)], 2, 0, range(1))


def test_without_a_compiler_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(LaboratoryError, match="no C compiler 'no-such-compiler'; install one"):
        build(tmp_path)
    monkeypatch.setenv("CC", "false")
    with pytest.raises(LaboratoryError, match="failed"):
        build(tmp_path)


@pytest.mark.no_leakcheck(reason="ctypes never unloads the library that each run builds and loads")
def test_a_small_run_gives_sane_rows() -> None:
    processes = (
        harmless("quiet", "constant", fill(0)),
        harmless("cache", "large", fill(100_000), fills=100_000),
        leak("leak", "one", 1, line(1)),
        leak("leak", "one in fifty", 0.02, every(50)),
    )
    rows, traced = growth_lab.run(processes, rates=(0.1,), seeds=4, budgets=(60,))
    assert traced == {0.1: 140 + 1080}
    ours = {r.process: r for r in rows if r.rule == OURS and r.budget == 0}
    assert [(r.wanted, r.leak) for r in ours.values()] == [
        ("harmless", 0),
        (BEYOND, 100),
        (LEAK, 100),
        ("any", 0),
    ]
    assert ours["one"].runs > 1100
    stopped = {r.process: r for r in rows if r.budget == 60}
    assert stopped["one"].inconclusive == 100
    assert stopped["one"].runs <= 60
    psleak = {r.process: r.leak for r in rows if r.rule == "psleak 0.1.6"}
    assert psleak == {"constant": 0, "large": 100, "one": 100, "one in fifty": 0}


def test_what_must_be_found_leaks_at_the_rate_and_early_enough() -> None:
    late = leak("leak", "late", 1, line(1, after=200), starts=200)
    assert late.promised(0.01)
    assert not late.promised(0.1)
    assert not leak("leak", "rare", 0.05, every(20)).promised(0.1)
    assert salt("a") != salt("b")


def test_the_bars_say_what_is_not_met() -> None:
    names = [OURS, *(rule.name for rule in growth_score.RULES)]
    rows = [row("harmless", 2.0, rule=name) for name in names]
    rows += [row("leak", 99.5 if name == OURS else 50, rule=name) for name in names]
    told = {line[0].split(" at ")[0]: line[3] for line in growth_tables.bars(rows, [0.1]).rows}
    assert told == {
        "false positives": "**no**",
        "leaks found": "yes",
        "ahead of every rule on both sides": "yes",
    }


def test_false_positives_beyond_chance_put_us_behind() -> None:
    def ahead(ours: float, theirs: float) -> str:
        rows = [row("harmless", ours), row("leak", 99)]
        rows += [row("harmless", theirs, rule="BLeak, 8"), row("leak", 98, rule="BLeak, 8")]
        return growth_tables.rules(rows, 0.1, 1000).rows[1][-1]

    assert ahead(0.1, 0) == "yes"  # one of a thousand
    assert ahead(2, 0) == "**no**"
    assert ahead(2, 3) == "yes"


def test_the_page_keeps_its_history(tmp_path: Path) -> None:
    page = tmp_path / "results" / "laboratory.md"
    table = growth_tables.rules([row("harmless", 0), row("leak", 100)], 0.1, 1100)
    parts = [growth_page.Part("tuning", 2, (table,))]
    growth_page.write(page, parts, seeds=1000, seconds=5)
    text = page.read_text(encoding="utf-8")
    assert "caches larger than N = 1,100 runs" in text
    page.write_text(text.replace("Not written yet.", "Once."), encoding="utf-8")
    growth_page.write(page, parts, seeds=10, seconds=5)
    assert page.read_text(encoding="utf-8").endswith("\n\nOnce.\n")


def test_an_unknown_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert growth_lab.main(["--seeds", "1", "--only", "no such process"]) == 1
    assert (
        "no process of the half tuning is named like 'no such process'" in capsys.readouterr().err
    )


def test_bad_numbers_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in ((["--seeds", "0"], "1 or more"), (["--rates", "2"], "at most 1")):
        with pytest.raises(SystemExit):
            growth_lab.main(arguments)
        assert told in capsys.readouterr().err


@LONG
def test_one_command_prints_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--seeds",
        "2",
        "--half",
        "tuning",
        "--only",
        "cache 8",
        "--workers",
        "1",
        "--ours",
    ]
    assert growth_lab.main(arguments) == 0
    printed = capsys.readouterr().out
    assert "leakcheck, process by process" in printed
    assert "| cache 8 " in printed
