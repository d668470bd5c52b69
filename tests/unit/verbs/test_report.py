# SPDX-License-Identifier: MIT
import json

import pytest

from leakcheck.cli import main
from leakcheck.gate.sessionfile import dumps
from leakcheck.verbs.report import FORMS
from tests.unit.made_sessions import case, leak, session

MADE = session(case("t.py::grüße\udc80", leak()))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "session.json"
    path.write_text(dumps(MADE))
    return path


def test_the_terminal_report_is_the_default(file, capsys):
    assert main(["report", str(file)]) == 0
    assert "handlers.append(Callback(fn))" in capsys.readouterr().out


def test_the_form_goes_where_it_is_asked_to(file, tmp_path, capsys):
    out = tmp_path / "deep" / "copy.json"
    assert main(["report", str(file), "--format", "json", "-o", str(out)]) == 0
    assert out.read_text() == file.read_text()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_written_from_the_file_alone(file, tmp_path, form):
    out = tmp_path / "out"
    assert main(["report", str(file), "--format", form, "-o", str(out)]) == 0
    assert out.read_bytes()


def test_the_prefix_is_taken_from_where_the_ci_says_the_repository_is(file, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", "/")
    main(["report", str(file), "--format", "github"])
    assert "file=project/app/bus.py,line=41" in capsys.readouterr().out
    main(["report", str(file), "--format", "github", "--prefix", "deep/down"])
    assert "file=deep/down/app/bus.py,line=41" in capsys.readouterr().out
    monkeypatch.setenv("GITHUB_WORKSPACE", "/elsewhere")
    main(["report", str(file), "--format", "github"])
    assert "file=app/bus.py,line=41" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{", '{"kind": 1}', "[]", '{"kind": "leakcheck session"}'])
def test_a_file_that_cannot_be_used_is_status_2_and_one_line(tmp_path, capsys, text):
    path = tmp_path / "session.json"
    path.write_text(text)
    out = tmp_path / "out"
    out.write_text("kept")
    assert main(["report", str(path), "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"leakcheck: {path} ")
    assert said.count("\n") == 1
    assert out.read_text() == "kept"


def test_the_schema_is_printed(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"].startswith("A session of leakcheck")
