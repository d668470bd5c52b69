# SPDX-License-Identifier: MIT
"""Whatever a Result says, painting it works and stays within its lines."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakcheck.explain.source import Sources
from leakcheck.model import Frame, Phase, Reading, Result, Site, Verdict
from leakcheck.report.jsonfile import dumps, from_dict, to_dict
from leakcheck.report.terminal import Style, render
from tests.unit.unchecked import LONG

SOURCE = 'def f(größe):\n\treturn [größe, "名前"\n\t\t, 1]\n\x0c\nclass C:\n    x = y = z\n'

whole = st.integers(-(10**12), 10**12)
finite = st.floats(allow_nan=False, allow_infinity=False)
wild = st.text(st.characters(), max_size=12)
small = st.none() | st.integers(-3, 40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("any")
    (root / "good.py").write_text(SOURCE, encoding="utf-8")
    (root / "broken.py").write_text("def f(:\n  x\n", encoding="utf-8")
    (root / "binary.py").write_bytes(bytes(range(256)))
    (root / "long.py").write_text("x = '" + "é" * 5000 + "'\n", encoding="utf-8")
    return root


def frames(folder):
    files = st.sampled_from(
        [
            *(str(path) for path in folder.iterdir()),
            str(folder),
            "good.py",
            "",
            "<string>",
            "<frozen importlib._bootstrap>",
            "/v/lib/python3.13/site-packages/_pytest/python.py",
            "/v/lib/python3.13/unittest/case.py",
        ]
    )
    names = st.sampled_from(["f", "C", "<module>", "f.<locals>.g"]) | wild
    return st.builds(Frame, files | wild, names, st.integers(-2, 12), small, small, small)


def results(folder):
    site = st.builds(
        Site,
        frames=st.lists(frames(folder), min_size=1, max_size=6).map(tuple),
        truncated=st.booleans(),
        blocks=whole,
        bytes=whole,
        series=st.lists(whole, max_size=8).map(tuple),
        grows=st.booleans(),
        exact=st.booleans(),
        rate=finite,
    )
    reading = st.builds(Reading, st.sampled_from(Phase), whole, whole, whole)
    return st.builds(
        Result,
        verdict=st.sampled_from(Verdict),
        reason=wild,
        rate=finite,
        exact=st.booleans(),
        bound=st.none() | finite,
        judged=whole,
        runs=whole,
        readings=st.lists(reading, max_size=3).map(tuple),
        marks=st.lists(whole, max_size=8).map(tuple),
        sites=st.lists(site, max_size=7).map(tuple),
        dropped=whole,
        seconds=finite,
        seed=whole,
        emptied=st.lists(wild, max_size=5).map(tuple),
    )


@LONG
@pytest.mark.slow
@settings(deadline=None, max_examples=80)
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
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_a_result_survives_json(folder, data):
    result = data.draw(results(folder))
    assert from_dict(to_dict(result)) == result
    text = dumps(result, source=Sources().text)
    assert text.isascii()
    assert from_dict(json.loads(text)) == result


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
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
