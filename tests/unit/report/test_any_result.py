# SPDX-License-Identifier: MIT
"""Whatever a Result says, painting it works and stays within its lines."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakcheck.explain.source import Sources
from leakcheck.model import Frame
from leakcheck.report.jsonfile import dumps, from_dict, to_dict
from leakcheck.report.terminal import Style, render
from tests.unit.report.any_results import fill, frames, results, wild
from tests.unit.unchecked import LONG


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("any"))


@LONG
@pytest.mark.slow
@settings(max_examples=80)
@given(
    data=st.data(), name=wild, style=st.builds(Style, unicode=st.booleans(), verbose=st.booleans())
)
def test_render_never_raises_nor_emits_what_is_not_printable(folder, data, name, style):
    result = data.draw(results(folder))
    shown = render(result, test=name, root=folder, reproduce=name, style=style)
    assert all(line.isprintable() and line == line.rstrip() for line in shown.split("\n"))
    assert style.unicode or shown.isascii()


@LONG
@pytest.mark.slow
@settings(max_examples=50)
@given(data=st.data())
def test_a_result_survives_json(folder, data):
    result = data.draw(results(folder))
    assert from_dict(to_dict(result)) == result
    text = dumps(result, source=Sources().text)
    assert text.isascii()
    assert from_dict(json.loads(text)) == result


@pytest.mark.slow
@settings(max_examples=80)
@given(data=st.data())
def test_looking_up_source_never_raises_nor_fills_linecache(folder, data):
    import linecache

    before = set(linecache.cache)
    found = Sources().statement(data.draw(frames(folder)))
    assert bool(found.lines) != bool(found.missing)
    assert all(0 <= x.start <= x.end <= len(x.text) for x in found.lines if x is not None)
    assert not {name for name in set(linecache.cache) - before if str(folder) in name}


def test_the_stack_depth_of_a_source_file_does_not_matter(folder):
    (folder / "deep.py").write_text("x = " + "(" * 3000 + ")" * 3000 + "\n", encoding="utf-8")
    (folder / "minus.py").write_text(
        "x = " + "-" * sys.getrecursionlimit() * 20 + "1\n", encoding="utf-8"
    )
    for name in ("deep.py", "minus.py"):
        found = Sources().statement(Frame(str(folder / name), "<module>", 1))
        assert found.text is not None
