# SPDX-License-Identifier: MIT
"""baseline update, prune, diff and check over results made by hand."""

import subprocess
from dataclasses import replace

import pytest

from leakcheck.cli import main
from leakcheck.gate.baseline import load
from leakcheck.gate.sessionfile import dumps
from tests.unit.made_sessions import case, clean, leak, session

NAME = ".leakcheck-baseline.json"


@pytest.fixture
def results(tmp_path):
    """Writes a session and gives its path; its root is the folder itself."""

    def write(*tests, name="result.json", **more):
        path = tmp_path / name
        path.write_text(dumps(session(*tests, root=str(tmp_path), **more)))
        return str(path)

    return write


def baseline(*words):
    return main(["baseline", *words])


def test_update_writes_the_file_in_the_root_of_the_results(results, tmp_path, capsys):
    path = results(case("t.py::x", leak()))
    assert baseline("update", path, "--reason", "day one") == 0
    (entry,) = load(tmp_path / NAME)
    assert (entry.fingerprint, entry.reason, entry.tests) == (
        "LC-00000000aa",
        "day one",
        {"t.py::x": 2},
    )
    assert capsys.readouterr().out == f"{tmp_path / NAME}: 1 leak known, 1 added, 0 changed\n"


def test_update_twice_changes_nothing(results, tmp_path):
    path = results(case("t.py::x", leak(rate=1 / 3)), case("t.py::y", leak("LC-00000000bb")))
    baseline("update", path)
    first = (tmp_path / NAME).read_bytes()
    baseline("update", path)
    assert (tmp_path / NAME).read_bytes() == first


def test_of_a_matrix_the_largest_rate_is_kept(results, tmp_path):
    first = results(case("t.py::x", leak(rate=3.0)))
    second = results(case("t.py::x", leak(rate=2.0)), name="second.json")
    baseline("update", first, second)
    assert load(tmp_path / NAME)[0].tests == {"t.py::x": 3}


def test_check_is_status_1_for_what_is_new_and_for_what_is_worse(results, capsys):
    path = results(case("t.py::x", leak()))
    baseline("update", path)
    assert baseline("check", path) == 0
    new = results(case("t.py::x", leak()), case("t.py::y", leak("LC-00000000bb")))
    assert baseline("check", new) == 1
    assert "NEW LC-00000000bb in t.py::y\n" in capsys.readouterr().out
    worse = results(case("t.py::x", leak(rate=3.0)))
    assert baseline("check", worse) == 1
    assert "WORSE (2 a run are known, 3 were measured) LC-0" in capsys.readouterr().out
    assert baseline("diff", worse) == 0


def test_a_fixed_leak_fails_the_strict_check_until_it_is_pruned(results, tmp_path, capsys):
    baseline("update", results(case("t.py::x", leak()), case("t.py::y", leak("LC-00000000bb"))))
    path = results(case("t.py::x", clean()), case("t.py::y", leak("LC-00000000bb")))
    assert baseline("check", path) == 0
    assert baseline("check", "--strict", path) == 1
    assert baseline("prune", path) == 0
    assert "1 taken out: LC-00000000aa" in capsys.readouterr().out
    assert [one.fingerprint for one in load(tmp_path / NAME)] == ["LC-00000000bb"]
    assert baseline("check", "--strict", path) == 0


def test_prune_needs_every_result_to_be_without_the_leak(results, tmp_path):
    path = results(case("t.py::x", leak()))
    baseline("update", path)
    fixed = results(case("t.py::x", clean()), name="fixed.json")
    baseline("prune", path, fixed)
    assert len(load(tmp_path / NAME)) == 1


def test_shards_are_whole_together_only_when_one_says_so(results, tmp_path):
    baseline("update", results(case("t.py::x", leak())))
    shards = [
        results(case("t.py::a", clean()), whole=False),
        results(case("t.py::b", clean()), whole=False, name="b.json"),
    ]
    baseline("prune", *shards)
    assert len(load(tmp_path / NAME)) == 1
    baseline("prune", "--whole", *shards)
    assert load(tmp_path / NAME) == ()


def test_check_without_results_looks_at_the_file_alone(results, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    baseline("update", results(case("t.py::x", leak())), "--until", "2999-01-31")
    assert baseline("check") == 0
    (tmp_path / NAME).write_text((tmp_path / NAME).read_text().replace("2999", "1999"))
    assert baseline("check") == 1
    assert "EXPIRED LC-00000000aa was let be until 1999-01-31" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{", '{"leakcheck-baseline": 9}', "<<<<<<< HEAD"])
@pytest.mark.parametrize("verb", ["update", "prune", "diff", "check"])
def test_a_file_that_cannot_be_read_is_status_2_and_stays(results, tmp_path, capsys, verb, text):
    (tmp_path / NAME).write_text(text)
    assert baseline(verb, results(case("t.py::x", leak()))) == 2
    assert capsys.readouterr().err.startswith(f"leakcheck: {tmp_path / NAME} ")
    assert (tmp_path / NAME).read_text() == text


def test_a_day_that_is_none_is_status_2(results, capsys):
    assert baseline("update", results(), "--until", "soon") == 2
    assert "--until must be a day such as 2027-01-31, not 'soon'" in capsys.readouterr().err


def test_a_missing_file_is_status_2_for_check_and_none_for_update(results, capsys):
    path = results(case("t.py::x", clean()))
    assert baseline("check", path) == 2
    assert "No such file" in capsys.readouterr().err
    assert baseline("update", path) == 0


def test_git_is_told_once_how_two_lists_come_together(results, tmp_path, capsys):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitattributes").write_text("*.png binary")
    path = results(case("t.py::x", leak()))
    baseline("update", path)
    baseline("update", path)
    assert (tmp_path / ".gitattributes").read_text() == f"*.png binary\n{NAME} merge=union\n"
    assert capsys.readouterr().out.count("merge=union") == 1


def test_a_leak_without_fingerprint_is_known_by_its_test(results, tmp_path):
    bare = replace(leak(), fingerprint=None)
    path = results(case("t.py::x[a]", bare))
    baseline("update", path)
    assert load(tmp_path / NAME)[0].fingerprint == "LC-of t.py::x"
    assert baseline("check", path) == 0
