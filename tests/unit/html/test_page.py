# SPDX-License-Identifier: MIT
"""The page holds every finding, trusts no text, loads nothing, and is the same for the same session."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakcheck.forms.speedscope import speedscope
from leakcheck.gate.baseline import Entry
from leakcheck.gate.session import Standing
from leakcheck.html.page import FIRST, embedded, html, packed
from leakcheck.model import Result, Verdict
from tests.unit.forms.hostile import HOSTILE
from tests.unit.html.hostile_words import HOSTILE_WORDS, hostile
from tests.unit.html.large import large
from tests.unit.html.reading import Page, unpacked
from tests.unit.made_sessions import case, clean, leak, other, session
from tests.unit.report.any_results import SOURCE, fill, results
from tests.unit.unchecked import LONG

ONE = session(case("t.py::x", leak()))
MANY = FIRST + 20


def test_a_leak_is_told_with_plot_holder_source_and_stacks():
    page = Page(html(ONE))
    assert page.problems == []
    assert "LC-00000000aa" in page.text
    assert "+224 blocks in 112 runs at 4 marks; the fit is +2 a run" in page.text
    assert "list, +1 a run, 100 → 116 entries" in page.text
    assert "handlers.append(Callback(fn))" in page.text
    assert "a bounded structure of fewer than 112 entries" in page.text
    assert "subscribe app/bus.py:41" in " ".join(page.text.split())
    assert [tag for tag, _ in page.tags].count("circle") > 4


def test_the_expression_that_allocates_is_marked():
    assert "<mark>handlers.append(Callback(fn))</mark>" in html(ONE)


def test_nothing_that_leaks_is_a_page_that_says_so():
    page = Page(html(session(case("t.py::x", clean()))))
    assert "Nothing leaks." in page.text
    assert "No leak fails" in page.text
    assert page.problems == []


def test_an_empty_session_is_a_page():
    assert Page(html(session())).problems == []


def test_each_kind_of_test_is_in_it():
    made = session(
        case("t.py::new", leak("LC-00000000b1")),
        case("t.py::known", leak("LC-00000000b2"), standing=Standing.KNOWN, note="on day one"),
        case("t.py::quiet", leak("LC-00000000b3"), standing=Standing.SUPPRESSED),
        case("t.py::worse", leak("LC-00000000b4"), standing=Standing.WORSE),
        case("t.py::slow", other(Verdict.INCONCLUSIVE, "too slow")),
        case("t.py::server", other(Verdict.NOT_MEASURED, "port in use")),
        case("t.py::cache", Result(Verdict.CACHE, "it went", cache="linecache.cache")),
        case("t.py::skipped"),
        case("t.py::clean", clean()),
    )
    text = Page(html(made)).text
    for one in made.tests:
        assert one.nodeid.partition("::")[2] in text
    for word in (
        "on day one",
        "too slow",
        "port in use",
        "linecache.cache",
        "no check was asked for",
    ):
        assert word in text


def test_what_is_out_of_date_in_the_baseline_is_said():
    gone = Entry("LC-00000000ff", "app/x.py:3", "blocks", {"t.py::x": 1.0})
    text = Page(html(session(case("t.py::x", clean()), known=(gone,)))).text
    assert "FIXED 1 leak still listed in the baseline: LC-00000000ff" in text


def test_every_test_of_a_leak_is_named():
    made = session(*(case(f"t.py::x{at}", leak()) for at in range(30)))
    text = Page(html(made)).text
    assert all(f"t.py::x{at}" in text for at in range(30))


@LONG
def test_of_many_leaks_none_is_lost_and_those_past_the_first_are_packed_too():
    made = large(MANY)
    page = Page(html(made))
    assert page.problems == []
    assert len({attributes["id"] for _, attributes in page.tags if "id" in attributes}) > 2 * MANY
    for one in made.tests[:MANY]:
        assert page.text.count(one.result.fingerprint) >= 2
        assert one.result.containers[0].path in page.text
        assert one.nodeid in page.text
    drawn = [text for chunk in page.data()["chunks"] for text in unpacked(chunk)]
    assert len(drawn) == MANY - FIRST
    assert all("<svg" in text and Page(text).problems == [] for text in drawn)


def test_what_is_handed_out_for_speedscope_is_that_form():
    assert unpacked(Page(html(ONE)).data()["profile"]) == json.loads(speedscope(ONE))


@LONG
def test_the_same_session_is_the_same_page():
    made = large(FIRST + 2)
    assert html(made) == html(replace(made))


def test_only_our_own_style_and_script_may_run():
    page = Page(html(HOSTILE))
    (policy,) = [
        attributes["content"]
        for _, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    (script,) = [text for attributes, text in page.scripts if "type" not in attributes]
    (style,) = page.styles
    for name, text in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_no_source_is_shown_that_the_session_did_not_keep(tmp_path):
    (tmp_path / "other.py").write_text("secret = 1\n" * 50)
    made = leak(file=str(tmp_path / "other.py"))
    assert "secret" not in html(session(case("t.py::x", made), sources={}))


def test_nothing_is_loaded_from_elsewhere():
    page = Page(html(HOSTILE))
    for _, attributes in page.tags:
        assert not {"src", "srcset", "action", "style", "background"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import", page.styles[0])


TAGS = {tag for tag, _ in Page(html(large(2))).tags} | {"p", "b", "div", "span", "fieldset"}


@pytest.mark.parametrize("word", HOSTILE_WORDS)
def test_untrusted_text_stays_text(word):
    page = Page(html(hostile(word)))
    assert page.problems == []
    assert {tag for tag, _ in page.tags} <= TAGS
    assert len(page.scripts) == 2
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u2029\u202e\ud800-\udfff]", page.text)


def test_a_script_in_a_test_id_can_be_read():
    assert "t.py::x[<script>alert(1)</script>]" in Page(html(hostile(HOSTILE_WORDS[0]))).text


@settings(max_examples=25)
@given(st.text(max_size=40))
def test_whatever_a_test_is_called_it_is_no_markup(word):
    page = Page(html(hostile(word)))
    assert page.problems == []
    assert {tag for tag, _ in page.tags} <= TAGS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("any"))


@LONG
@pytest.mark.slow
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_was_measured_there_is_a_page(folder, data):
    found = data.draw(st.lists(results(folder), max_size=3))
    tests = (case(f"t.py::x{at}", one) for at, one in enumerate(found))
    sources = {str(folder / "good.py"): dict(enumerate(SOURCE.split("\n"), 1))}
    page = Page(html(session(*tests, root=str(folder), sources=sources)))
    assert page.problems == []
    assert {tag for tag, _ in page.tags} <= TAGS


@given(st.text())
def test_embedded_json_is_the_same_again_and_ends_no_script(text):
    found = embedded({text: [text]})
    assert json.loads(found) == {text: [text]}
    assert not re.search("[<>&\u2028\u2029]", found)


@given(st.lists(st.text()))
def test_packed_texts_are_the_same_again(texts):
    assert unpacked(packed(texts)) == texts


@LONG
def test_five_thousand_leaks_are_under_fifteen_megabytes():
    made = large(5000)
    text = html(made)
    assert len(text.encode()) < 15_000_000
    assert text.count('<details class="finding"') == 5000
