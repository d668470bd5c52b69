# SPDX-License-Identifier: MIT
"""How long does the HTML page take, to be made and to be opened?

Sessions as large as those of real suites, see tests/unit/html/large.py. Opened in Chromium from a
file, each time in a new profile; the clock is the browser's own.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakcheck.html.page import html
from tests.bench.figures import BenchError, Options, Table, spread
from tests.browser.chromium import ARGUMENTS, path
from tests.unit.html.large import large

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 5
FINDINGS = (10, 100, 1000, 5000)

# Two frames on, what was laid out has been painted.
_PAINTED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
    () => done(performance.now()))))"""
_FILTERED = """() => { const input = document.querySelector("#filter"); const began = performance.now();
    input.value = "store_7"; input.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect(); return performance.now() - began; }"""
_SORTED = """() => { const began = performance.now();
    document.querySelector("#table > thead th:nth-child(3) button").click();
    document.body.getBoundingClientRect(); return performance.now() - began; }"""


def opened(browser: Any, file: Path) -> tuple[float, float, float]:
    """Milliseconds until the page is loaded and painted, sorted, and filtered the first time."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    try:
        page = context.new_page()
        page.goto(file.as_uri())
        painted = page.evaluate(_PAINTED)
        if page.locator("html.started").count() != 1:
            raise BenchError("the page's script did not come to its end; see tests/browser")
        return painted, page.evaluate(_SORTED), page.evaluate(_FILTERED)
    finally:
        context.close()


def ask(options: Options) -> Iterator[Table]:
    """One table: findings against sizes and times."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise BenchError("playwright is not installed: pip install --group test") from None
    found = path()
    if found is None:
        raise BenchError("no Chromium is installed: bash ci/bootstrap.sh check")
    repeats = options.repeats(REPEATS)
    rows = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        version = browser.version
        for count in FINDINGS[:2] if options.quick else FINDINGS:
            session = large(count)
            began = time.perf_counter()
            text = html(session)
            made = time.perf_counter() - began
            file = Path(folder, f"{count}.html")
            file.write_text(text, encoding="utf-8")
            times = [opened(browser, file) for _ in range(repeats)]
            loaded, ordered, filtered = zip(*times, strict=True)
            rows.append(
                (
                    f"{count:,}",
                    f"{file.stat().st_size / 1e6:.2f}",
                    f"{made:.2f}",
                    spread([one / 1000 for one in loaded]),
                    spread(ordered, ".0f"),
                    spread(filtered, ".0f"),
                )
            )
        browser.close()
    yield Table(
        "The HTML page, by findings",
        (
            f"Wall time, {repeats} times each in Chromium {version} without a window. *Opened*: from",
            "the start of the navigation until all is loaded and painted. Bar: 5,000 findings in",
            "under 2 s and 15 MB.",
        ),
        ("findings", "MB", "made, s", "opened, s", "sorted, ms", "filtered first, ms"),
        tuple(rows),
    )
