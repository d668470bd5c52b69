# SPDX-License-Identifier: MIT
"""The template engine escapes everything; without it there is a sentence that says what to install."""

import re
import sys

import pytest

from leakcheck.cli import main
from leakcheck.errors import UsageError
from leakcheck.gate.sessionfile import dumps
from leakcheck.html.engine import asset, ensure_available, template
from tests.unit.made_sessions import session

TEXT = r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);"
READ = ("ink", "faint", "link", "bad", "warn", "good")
UNDER = ("page", "card", "well")
PAIRS = [
    *((one, under) for one in READ for under in UNDER),
    ("bad", "bad-soft"),
    ("warn", "warn-soft"),
    ("ink", "warn-soft"),
    ("ink", "mark"),
    ("ink", "hit"),
    ("faint", "hit"),
    ("ink", "mine"),
    ("ink", "theirs"),
    ("ink", "found"),
    ("ink", "edge"),
]


@pytest.fixture
def without_jinja2(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def test_without_jinja2_the_sentence_says_what_to_install(without_jinja2):
    with pytest.raises(UsageError, match=re.escape('pip install "pytest-leakcheck[html]"')):
        ensure_available()


def test_without_jinja2_the_command_ends_with_status_2_and_writes_nothing(
    without_jinja2, tmp_path, capsys
):
    file, out = tmp_path / "session.json", tmp_path / "out.html"
    file.write_text(dumps(session()))
    assert main(["report", str(file), "--format", "html", "-o", str(out)]) == 2
    assert "needs jinja2" in capsys.readouterr().err
    assert not out.exists()


def test_other_forms_do_without_jinja2(without_jinja2, tmp_path, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "jinja2", raising=False)
    file = tmp_path / "session.json"
    file.write_text(dumps(session()))
    assert main(["report", str(file)]) == 0
    assert "jinja2" not in sys.modules


def test_a_name_that_is_not_given_is_an_error_and_no_gap():
    with pytest.raises(Exception, match="'one' is undefined"):
        template("detail.html").render()


def brightness(colour):
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return sum(part * one for part, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(("text", "under"), PAIRS, ids=lambda one: one)
def test_text_stands_out_in_light_and_dark(text, under):
    colours = {name: pair for name, *pair in re.findall(TEXT, asset("report.css"))}
    for front, back in zip(colours[text], colours[under], strict=True):
        dim, bright = sorted((brightness(front), brightness(back)))
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, (front, back)


def test_the_script_and_the_style_end_no_element():
    assert "</" not in asset("report.js")
    assert "</" not in asset("report.css")
