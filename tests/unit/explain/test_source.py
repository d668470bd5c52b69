# SPDX-License-Identifier: MIT
from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

from leakcheck.explain.source import MAX_CHARS, MAX_LINE, Sources
from leakcheck.model import Frame


@pytest.fixture
def look(tmp_path):
    """Writes a file and looks up a frame in it."""

    def look(content, line, *extent, function="<module>", newline="\n"):
        path = tmp_path / "code.py"
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline=newline)
        else:
            path.write_bytes(content)
        return Sources().statement(Frame(str(path), function, line, *extent))

    return look


def shown(found):
    return [line.text if line else None for line in found.lines]


def marked(found):
    return [line.text[line.start : line.end] for line in found.lines if line]


def test_a_simple_statement_has_its_expression_marked(look):
    found = look("x = 1\nx[3] = f(2)  # why\n", 2, 2, 7, 11)
    assert shown(found) == ["x[3] = f(2)  # why"]
    assert marked(found) == ["f(2)"]
    assert found.expression == "f(2)"
    assert found.missing == ""


@pytest.mark.parametrize(
    ("line", "extent", "expected"),
    [
        ("cache[key] = value", (0, 10), "cache[key] = ..."),
        ("a, (b.c, d) = value", (4, 7), "b.c = ..."),
        ("a.b: int = value", (0, 3), "a.b = ..."),
        ("a[b] = value", (0, 1), "a"),
        ("a.b += value", (0, 12), "a.b += value"),
    ],
)
def test_what_is_assigned_to_is_written_as_an_assignment(look, line, extent, expected):
    assert look(line + "\n", 1, 1, *extent).expression == expected


def test_columns_are_bytes_of_utf8_whatever_the_file_is_encoded_in(look):
    line = "größe = straße('é', ü)"
    column = len(line[: line.index("ü")].encode())
    for encoding in ("utf-8", "latin-1"):
        content = f"# -*- coding: {encoding} -*-\n{line}\n".encode(encoding)
        assert marked(look(content, 2, 2, column, column + 2)) == ["ü"]
    assert marked(look(f"\ufeff{line}\n", 1, 1, column, column + 2)) == ["ü"]


def test_a_statement_over_several_lines_is_shown_whole(look):
    found = look("def f():\n    return g(\n        1,\n    )\n", 2, 4, 11, 5, function="f")
    assert shown(found) == ["return g(", "    1,", ")"]
    assert marked(found) == ["g(", "1,", ")"]
    assert found.expression == "g(1,)"
    assert found.text == "return g(1,)"


def test_a_very_long_statement_keeps_its_first_line_and_the_expression(look):
    content = "x = [\n" + "".join(f"    f({n}),\n" for n in range(50)) + "]\n"
    found = look(content, 30, 30, 4, 9)
    assert shown(found) == ["x = [", None, "    f(28),", None]
    assert found.text == "x = [... f(28), ..."


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        (
            "for x in make(\n    1\n):\n    # not this\n\n    use(x)\n",
            2,
            ["for x in make(", "    1", "):"],
        ),
        ("if a:\n    b\nelif c():\n    d\n", 3, ["elif c():"]),
        ("try:\n    a\nexcept B():\n    c\n", 3, ["except B():"]),
        ("match f():\n    case [C()]:\n        d\n", 1, ["match f():"]),
        ("match f():\n    case [C()]:\n        d\n", 2, ["case [C()]:"]),
        ("@deco(1)\n@other\ndef f():\n    pass\n", 1, ["@deco(1)", "@other", "def f():"]),
        ("with a() as b: c(b)\n", 1, ["with a() as b: c(b)"]),
        ("class A(b()):\n    '''doc'''\n", 1, ["class A(b()):"]),
        ("match f():\n    case 1:\n        d(\n            2)\n", 4, ["d(", "    2)"]),
    ],
)
def test_of_a_compound_statement_only_the_head_is_shown(look, content, line, expected):
    assert shown(look(content, line)) == expected


def test_without_an_extent_the_whole_statement_is_shown_unmarked(look):
    found = look("x = 1\n", 1)
    assert (shown(found), marked(found), found.expression) == (["x = 1"], [""], None)


def test_a_file_that_is_not_python_shows_its_line(look):
    found = look("<b>{{ x }}</b>\n  {% y %}\n", 2)
    assert shown(found) == ["{% y %}"]


def test_only_newlines_end_a_line(look):
    found = look("a = 1\x0c\nb = '\u2028'\r\nc = 3\n", 3, newline="")
    assert shown(found) == ["c = 3"]


@pytest.mark.parametrize(
    ("line", "extent", "function"),
    [
        (3, (), "f"),
        (99, (), "f"),
        (2, (2, 4, 99), "f"),
        (2, (2, -1, 4), "f"),
        (2, (), "g"),
        (2, (), "A.f.<locals>.g"),
    ],
)
def test_a_file_that_can_not_hold_the_frame_has_changed(look, line, extent, function):
    found = look("def f():\n    pass\n", line, *extent, function=function)
    assert found.missing == "the file has changed since it was imported"
    assert (found.lines, found.expression, found.text) == ((), None, None)


@pytest.mark.parametrize("function", ["A.f", "A.f.<locals>.<lambda>", "A.f.<locals>.<listcomp>"])
def test_a_frame_in_its_own_function_is_believed(look, function):
    assert look("class A:\n    def f(self): return 1\n", 2, function=function).missing == ""


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"a = 1\x00\n", b"# coding: nonsense\n", b"\x80\n"]
)
def test_a_binary_file_is_not_shown(look, content):
    assert look(content, 1).missing == "the file is not Python text"


def test_sizes_are_bounded(look):
    assert look("#" * MAX_CHARS + "#", 1).missing == "source file longer than 2,000,000 characters"
    assert look("#" * MAX_LINE + "#", 1).missing == "line longer than 100,000 characters"


@pytest.mark.parametrize(
    ("file", "line", "missing"),
    [
        ("", 0, "no Python code was running"),
        ("<string>", 1, "generated code, no source file"),
        ("/no/such/file.py", 1, "source file not found"),
        ("/a\0b.py", 1, "source file not found"),
        (str(Path(__file__).parent), 1, "not a file"),
        (__file__, 0, "line unknown"),
        (__file__, -5, "line unknown"),
    ],
)
def test_what_has_no_text_says_why(file, line, missing):
    assert Sources().statement(Frame(file, "<module>", line)).missing == missing


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    found = Sources().statement(Frame(str(tmp_path / "pipe.py"), "f", 1))
    assert found.missing == "not a file"


def test_a_file_is_read_once_and_again_by_the_next_report(tmp_path):
    path = tmp_path / "code.py"
    frame = Frame(str(path), "<module>", 1)
    path.write_text("a = 1\n")
    sources = Sources()
    assert sources.text(frame) == "a = 1"
    path.write_text("b = 2\n")
    assert sources.text(frame) == "a = 1"
    assert Sources().text(frame) == "b = 2"


def test_warnings_of_the_source_are_not_repeated(look):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert look("x = '\\d'\nx is 1\n", 2).text == "x is 1"


def test_a_real_frame_is_found_from_its_code_object():
    def fail(value):
        raise KeyError("é", "名前", str(value.none))

    with pytest.raises(AttributeError) as caught:
        fail("x")
    code, at = caught.tb.tb_next.tb_frame.f_code, caught.tb.tb_next.tb_lasti
    line, end_line, column, end_column = list(code.co_positions())[at // 2]
    found = Sources().statement(
        Frame(code.co_filename, code.co_qualname, line, end_line, column, end_column)
    )
    assert found.text == 'raise KeyError("é", "名前", str(value.none))'
    assert marked(found) == ["value.none"]


def test_the_expression_of_a_frame_is_marked_on_each_of_its_lines():
    sources = Sources({"a.py": {1: "keep(größe,", 2: "     two)"}})
    assert sources.marked(Frame("a.py", "f", 1, 2, 0, 9)) == {1: (0, 11), 2: (5, 9)}
    assert sources.marked(Frame("a.py", "f", 1)) == {}
    assert sources.marked(Frame("", "f", 1, 1, 0, 4)) == {}


def test_where_only_what_was_saved_counts_no_file_is_read(tmp_path):
    path = tmp_path / "there.py"
    path.write_text("x = 1\n")
    frame = Frame(str(path), "<module>", 1)
    assert Sources().text(frame) == "x = 1"
    assert Sources(closed=True).text(frame) is None
    assert Sources(closed=True).statement(frame).missing == "its source was not kept"
