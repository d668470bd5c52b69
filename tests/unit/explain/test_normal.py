# SPDX-License-Identifier: MIT
"""The normal form of a statement is the same after a formatter, and another for other code."""

from __future__ import annotations

import pytest

from leakcheck.explain.normal import normal
from leakcheck.explain.source import Sources
from leakcheck.model import Frame


@pytest.mark.parametrize(
    "text",
    [
        "    kept.append('a')",
        'kept.append("a")  # remember it',
        "kept.append(\n    # why\n    'a',\n)",
        "kept \\\n    .append( 'a' )",
    ],
)
def test_layout_does_not_matter(text: str) -> None:
    assert normal(text) == 'kept.append("a")'


@pytest.mark.parametrize("text", ["kept.append('b')", "kept.add('a')", "kept.append('#')"])
def test_code_does(text: str) -> None:
    assert normal(text) != normal("kept.append('a')")


@pytest.mark.parametrize("text", ["with open(a) as b:  # x", "for x in (1,", "if '"])
def test_what_is_no_whole_statement_has_one_too(text: str) -> None:
    assert normal(text).startswith(text[:2])


def test_the_whole_statement_is_taken_wherever_in_it_the_frame_is(tmp_path) -> None:
    file = tmp_path / "code.py"
    file.write_text("def f():\n    return [\n" + "        g(1),\n" * 30 + "    ]\n")
    sources = Sources()
    forms = {sources.normal(Frame(str(file), "f", line)) for line in (2, 3, 20)}
    assert forms == {"return[" + "g(1)," * 29 + "g(1)]"}
    assert sources.normal(Frame(str(file), "elsewhere", 3)) == ""
    assert sources.normal(Frame("<string>", "f", 1)) == ""
    assert sources.normal(Frame(str(tmp_path / "gone.py"), "f", 1)) == ""
