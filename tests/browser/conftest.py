# SPDX-License-Identifier: MIT
"""Chromium, as the system has it, for pages that are written to a file."""

from __future__ import annotations

import os

import pytest

from tests.browser.chromium import ARGUMENTS, path


def _missing(what):
    """Where everything is meant to be installed, what is missing is a failure."""
    if os.environ.get("CI") == "true" or os.environ.get("LEAKCHECK_BROWSER") == "required":
        pytest.fail(f"{what}; bash ci/bootstrap.sh check installs it", pytrace=False)
    pytest.skip(what)


# Not for the session: while it runs, no test with an event loop of its own can.
@pytest.fixture(scope="module")
def chromium():
    """A browser without a window."""
    found = path()
    if found is None:
        _missing("no Chromium is installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def show(chromium, tmp_path):
    """Open a page's text from a file; whatever goes wrong in it fails the test at its end."""
    contexts, wrong = [], []

    def opened(text, *, fragment="", **options):
        file = tmp_path / "report.html"
        file.write_bytes(text.encode())
        context = chromium.new_context(viewport={"width": 1300, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (wrong.append("a dialog"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: request.url.startswith(("file:", "blob:")) or wrong.append(request.url),
        )
        page.goto(f"{file.as_uri()}{fragment}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
