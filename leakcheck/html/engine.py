# SPDX-License-Identifier: MIT
"""The template engine, set so that no value of a session can be more than text in the page."""

from __future__ import annotations

import functools
import importlib.util
from importlib import resources
from typing import TYPE_CHECKING

from leakcheck.errors import UsageError
from leakcheck.report.text import safe

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def ensure_available() -> None:
    """Make sure that a page can be made.

    Raises:
        UsageError: jinja2 is not installed; the message says how to install it.
    """
    if importlib.util.find_spec("jinja2") is None:
        raise UsageError(
            "the HTML report needs jinja2, which is not installed: "
            'pip install "pytest-leakcheck[html]"'
        )


def template(name: str) -> Template:
    """One of the templates in this package.

    Raises:
        UsageError: jinja2 is not installed.
    """
    ensure_available()
    return _environment().get_template(name)


def asset(name: str) -> str:
    """The text of a file beside the templates."""
    return resources.files(__package__).joinpath("templates", name).read_text("utf-8")


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        finalize=_plain,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _plain(value: object) -> object:
    """Untrusted text without what moves a cursor or turns the direction; then it is escaped."""
    return safe(value) if type(value) is str else value
