# SPDX-License-Identifier: MIT
"""The page in a browser: it sorts, filters, zooms, follows the keyboard, and works without JavaScript."""

import json

import pytest

from leakcheck.forms.speedscope import speedscope
from leakcheck.gate.session import Standing
from leakcheck.html.page import FIRST, html
from leakcheck.model import Frame, Verdict
from tests.unit.html.hostile_words import HOSTILE_WORDS, hostile
from tests.unit.html.large import large
from tests.unit.made_sessions import case, clean, grown, leak, other, session

SCRIPT = "<script>window.pwned = 1; alert(1)</script><img src=x onerror=alert(2)>"


def site(names, blocks):
    frames = (Frame("app/bus.py", name, at + 40) for at, name in enumerate(names))
    return grown(frames, (0, blocks))


TREE = (site(("publish", "subscribe", "append"), 75), site(("publish", "log"), 25))
MADE = session(
    case("t.py::slowest", leak("LC-00000000a1", rate=1.0, sites=TREE)),
    case("t.py::fastest", leak("LC-00000000a2", rate=9.0)),
    case("t.py::middle", leak("LC-00000000a3", rate=3.0), standing=Standing.KNOWN),
    case(f"t.py::x[{SCRIPT}]", leak("LC-00000000a4", rate=5.0, cache=SCRIPT)),
    case(f"t.py::undecided[{SCRIPT}]", other(Verdict.INCONCLUSIVE, SCRIPT)),
    case("t.py::clean", clean()),
)
ROWS = "#table > tbody > tr:not(.shown)"


@pytest.fixture
def page(show):
    return show(html(MADE))


def keys(page):
    """The leaks as listed, without those that are hidden."""
    return [one.strip() for one in page.locator(f"{ROWS}:visible th").all_inner_texts()]


def row(page, key):
    return page.locator(ROWS, has_text=key)


def head_of(page, name):
    return page.locator("#table > thead th", has_text=name)


def opened(page, key):
    """Only this leak is open."""
    for link in page.locator(f"{ROWS}:visible [aria-expanded=true]").all():
        link.click()
    row(page, key).get_by_role("button").click()
    tree = page.locator("tr.shown:visible [role=tree]")
    tree.wait_for()
    return tree


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def colour(page):
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_leaks_that_fail_come_first_and_the_first_is_open(page):
    assert keys(page) == ["LC-00000000a2", "LC-00000000a4", "LC-00000000a1", "LC-00000000a3"]
    assert row(page, "a2").get_by_role("button").get_attribute("aria-expanded") == "true"
    assert page.locator("tr.shown svg.plot").is_visible()


@pytest.mark.parametrize(
    ("head", "first", "ends"),
    [
        ("Growth", "descending", ("LC-00000000a2", "LC-00000000a1")),
        ("Leak", "ascending", ("LC-00000000a1", "LC-00000000a4")),
        ("Test", "ascending", ("LC-00000000a2", "LC-00000000a4")),
    ],
)
def test_a_head_sorts_and_sorts_the_other_way_round(page, head, first, ends):
    cell = head_of(page, head)
    button = cell.get_by_role("button", name=head, exact=True)
    button.click()
    assert (keys(page)[0], keys(page)[-1]) == ends
    assert cell.get_attribute("aria-sort") == first
    assert page.locator("[aria-sort]").count() == 1
    button.press("Enter")
    assert (keys(page)[-1], keys(page)[0]) == ends
    assert cell.get_attribute("aria-sort") != first


def test_what_is_open_stays_below_its_row_when_sorted(page):
    head_of(page, "Leak").get_by_role("button").click()
    shown = page.locator("tr.shown")
    assert shown.count() == 1
    above = shown.evaluate("one => one.previousElementSibling.cells[1].textContent")
    assert above == "LC-00000000a2"


def test_the_filter_finds_text_of_rows_and_of_what_they_open_to(page):
    page.get_by_label("Filter").fill("FASTEST")
    assert keys(page) == ["LC-00000000a2"]
    assert page.locator("#count").inner_text() == "1 of 4 findings"
    page.get_by_label("Filter").fill("a1 log")
    assert keys(page) == ["LC-00000000a1"]
    page.get_by_label("Filter").fill("")
    assert len(keys(page)) == 4
    assert page.locator("#count").get_attribute("aria-live") == "polite"


def test_standings_can_be_left_out(page):
    page.get_by_label("known").uncheck()
    assert "LC-00000000a3" not in keys(page)
    page.get_by_label("new").uncheck()
    assert keys(page) == []
    assert page.locator("tr.shown").is_hidden()


def test_a_row_opens_and_closes_by_mouse_and_by_keyboard(page):
    button = row(page, "a1").get_by_role("button")
    for act in (
        row(page, "a1").locator("td").first.click,
        lambda: button.press("Enter"),
        lambda: button.press("Space"),
        button.click,
    ):
        before = button.get_attribute("aria-expanded")
        act()
        assert button.get_attribute("aria-expanded") != before
        assert page.locator("tr.shown article").count() == (2 if before == "false" else 1)


def test_the_width_of_a_call_is_its_part_of_the_growth(page):
    tree = opened(page, "a1")
    names = tree.get_by_role("treeitem").evaluate_all("every => every.map((one) => one.ariaLabel)")
    assert "subscribe, app/bus.py:41, 75 blocks, 75 % of growth" in names
    width = {
        name: tree.get_by_role("treeitem", name=name).bounding_box()["width"]
        for name in ("subscribe", "log")
    }
    assert width["subscribe"] / width["log"] == pytest.approx(3, rel=0.02)


def test_arrows_move_enter_zooms_and_escape_shows_all(page):
    tree = opened(page, "a1")
    tree.locator("[tabindex='0']").focus()
    assert focused(page).startswith("all that stayed")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("subscribe")
    page.keyboard.press("ArrowRight")
    assert focused(page).startswith("log")
    assert "app/bus.py:41" in page.locator("tr.shown .told").inner_text()
    page.keyboard.press("Enter")
    assert focused(page).startswith("log")
    assert tree.get_by_role("treeitem", name="subscribe").count() == 0
    whole = tree.bounding_box()["width"]
    assert tree.get_by_role("treeitem", name="log").bounding_box()["width"] > 0.98 * whole
    page.keyboard.press("ArrowUp")
    assert focused(page).startswith("publish")
    page.keyboard.press("Escape")
    assert focused(page).startswith("all that stayed")
    assert tree.get_by_role("treeitem", name="subscribe").count() == 1
    assert tree.locator("[tabindex='0']").count() == 1


def test_a_click_zooms_and_the_button_shows_all_again(page):
    tree = opened(page, "a1")
    tree.get_by_role("treeitem", name="subscribe").click()
    assert tree.get_by_role("treeitem", name="log").count() == 0
    page.get_by_role("button", name="Whole tree").click()
    assert tree.get_by_role("treeitem", name="log").count() == 1


def test_a_search_marks_calls_and_says_their_part(page):
    tree = opened(page, "a1")
    search = page.locator("tr.shown").get_by_label("Search the stacks")
    search.fill("SUBSCRIBE")
    assert tree.locator(".found").count() == 1
    assert tree.locator(".miss").count() == 4
    said = page.locator("tr.shown .icicle-tools output")
    assert said.inner_text() == "1 call, 75 % of growth"
    search.fill("bus.py")
    assert said.inner_text() == "4 calls, 100 % of growth"
    search.fill("nothing like it")
    assert said.inner_text() == "0 calls, 0.0 % of growth"
    search.fill("")
    assert tree.locator(".miss").count() == 0


def test_all_leaks_together_are_one_tree(page):
    page.get_by_text("Where all growth comes from").click()
    top = page.locator("#whole [role=treeitem]").first
    top.wait_for()
    total = 100 + sum(int(rate * 112) for rate in (9.0, 3.0, 5.0))
    assert top.get_attribute("aria-label").startswith(f"all that stayed, {total:,} blocks")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_are_those_of_the_system_until_the_button_is_used(show, scheme):
    page = show(html(MADE), color_scheme=scheme)
    button = page.locator("#theme")
    assert button.get_attribute("aria-pressed") == str(scheme == "dark").lower()
    before = colour(page)
    assert (before == "rgb(15, 19, 24)") == (scheme == "dark")
    button.click()
    assert (colour(page) == "rgb(15, 19, 24)") != (scheme == "dark")
    assert button.get_attribute("aria-pressed") == str(scheme != "dark").lower()
    page.reload()
    assert colour(page) != before


def test_a_script_in_an_id_stays_text(page):
    opened(page, "a4")
    assert page.locator("#table").get_by_text(SCRIPT).first.is_visible()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("word", HOSTILE_WORDS)
def test_no_text_does_more_than_show(show, word):
    page = show(html(hostile(word)))
    page.locator("tr.shown [role=tree]").wait_for()
    page.locator("#whole summary").click()
    page.locator("#whole [role=tree]").wait_for()
    assert page.locator("img, iframe, object, main script, main a:not([href^='#'])").count() == 0


def test_whatever_is_put_into_the_page_does_not_run(chromium, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(html(MADE).replace("</main>", "<script>window.pwned = 1</script></main>"))
    page = chromium.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("window.pwned") is None
    assert page.locator("html.started").count() == 1
    page.close()


def test_speedscope_is_handed_out(page):
    with page.expect_download() as waiting:
        page.get_by_role("button", name="speedscope").click()
    text = waiting.value.path().read_text()
    assert json.loads(text) == json.loads(speedscope(MADE))
    assert waiting.value.suggested_filename == "leakcheck.speedscope.json"


def test_a_link_to_a_finding_opens_it(show):
    page = show(html(MADE), fragment="#d2")
    assert row(page, "a1").get_by_role("button").get_attribute("aria-expanded") == "true"


def test_leaks_past_the_first_are_drawn_when_they_are_opened(show):
    page = show(html(large(FIRST + 60)))
    key = page.evaluate(f"document.querySelector('#f{FIRST + 55} summary span').textContent")
    page.get_by_label("Filter").fill(key)
    assert keys(page) == [key]
    opened(page, key)
    assert page.locator("tr.shown:visible svg.plot").is_visible()
    assert page.locator("tr.shown:visible h3 .mono").inner_text() == key


def test_of_many_rows_some_wait_until_they_are_asked_for(show):
    page = show(html(large(400)))
    assert len(keys(page)) == 300
    page.get_by_role("button", name="Show all 400").click()
    assert len(keys(page)) == 400
    head_of(page, "Leak").get_by_role("button").click()
    assert keys(page) == sorted(keys(page))


def test_without_javascript_all_text_is_there(show):
    made = large(FIRST + 5)
    page = show(html(made), java_script_enabled=False)
    assert page.locator(ROWS).count() == FIRST + 5
    assert page.locator("#filter").is_hidden()
    for number in (0, FIRST + 3):
        one = page.locator(f"#f{number}")
        one.locator("> summary").click()
        text = one.inner_text()
        assert "self.entries.append(Record(key, value, 20))" in text
        assert "100 → 116 entries" in text
        assert "Service.handle" in text
    assert page.locator("#f0 svg.plot").is_visible()
    assert "Layer3.dispatch" in page.locator("#f0 .tree").inner_text()


def test_every_control_has_a_name_and_can_be_reached(page):
    opened(page, "a1")
    names = page.evaluate(
        """() => [...document.querySelectorAll('button, input, [role=button], [tabindex="0"]')]
        .filter((one) => one.checkVisibility())
        .map((one) => (one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent).trim())"""
    )
    assert len(names) > 15
    assert all(names)
    outline = page.evaluate(
        """() => { const one = document.querySelector('#theme'); one.focus({ focusVisible: true });
        return getComputedStyle(one).outlineStyle; }"""
    )
    assert outline == "solid"
