# SPDX-License-Identifier: MIT
import pytest

from leakcheck.cli import main
from leakcheck.gate.baseline import Entry
from leakcheck.gate.findings import findings
from leakcheck.gate.sessionfile import dumps, load
from leakcheck.model import Verdict
from tests.unit.made_sessions import case, clean, leak, other, session


@pytest.fixture
def shards(tmp_path):
    folder = tmp_path / "results"

    def write(*sessions):
        for number, one in enumerate(sessions):
            path = folder / f"shard-{number}" / "session.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dumps(one))
        return str(folder)

    return write


def test_four_shards_come_to_what_one_session_comes_to(shards, tmp_path, capsys):
    tests = [case(f"t.py::{at}", leak() if at % 5 == 0 else clean()) for at in range(20)]
    parts = [session(*tests[at::4], status=int(at < 5)) for at in range(4)]
    out = tmp_path / "merged.json"
    assert main(["merge", shards(*parts), "--expect-shards", "4", "-o", str(out)]) == 1
    found, serial = findings(load(out)), findings(session(*tests))
    assert [(one.key, one.rate) for one in found] == [(one.key, one.rate) for one in serial]
    assert {one.nodeid for one in load(out).tests} == {one.nodeid for one in tests}
    assert "16 clean, 4 leak" in capsys.readouterr().out


def test_clean_shards_are_status_0(shards):
    assert main(["merge", shards(session(case("t.py::x", clean()))), "--expect-shards=1"]) == 0


@pytest.mark.parametrize("wanted", ["1", "3"])
def test_a_shard_too_few_or_too_many_fails_and_names_those_there_are(shards, capsys, wanted):
    folder = shards(session(case("t.py::x", clean())), session(case("t.py::y", clean())))
    assert main(["merge", folder, "--expect-shards", wanted]) == 1
    said = capsys.readouterr().err
    assert f"{wanted} shards were expected, 2 are here: shard-0/session.json, shard-1/" in said


def test_a_result_that_was_written_before_is_no_shard(shards, tmp_path):
    folder = shards(session(case("t.py::x", clean())))
    out = tmp_path / "results" / "merged.json"
    for _ in range(2):
        assert main(["merge", folder, "--expect-shards=1", "-o", str(out)]) == 0


def test_an_empty_folder_and_a_broken_shard_are_status_2(shards, tmp_path, capsys):
    assert main(["merge", str(tmp_path / "none")]) == 2
    folder = shards(session())
    (tmp_path / "results" / "broken.json").write_text("{")
    assert main(["merge", folder]) == 2
    assert "broken.json is no JSON" in capsys.readouterr().err


def test_nothing_measured_in_any_shard_is_status_5(shards):
    none = session(case("t.py::x", other(Verdict.NOT_MEASURED)), status=5)
    assert main(["merge", shards(none, none)]) == 5
    assert main(["merge", shards(none, session(case("t.py::y", clean())))]) == 0


def test_a_leak_that_is_gone_shows_only_in_all_shards_together(shards, capsys):
    known = (Entry("LC-1", "app", "blocks", {"t.py::x": 2, "t.py::y": 2}),)
    parts = [
        session(case(f"t.py::{name}", clean()), known=known, whole=False, strict=True)
        for name in "xy"
    ]
    assert main(["merge", shards(parts[0])]) == 0
    assert main(["merge", shards(*parts)]) == 1
    assert "FIXED 1 leak still listed in the baseline" in capsys.readouterr().out
