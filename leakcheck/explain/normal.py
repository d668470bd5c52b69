# SPDX-License-Identifier: MIT
"""A statement without what a formatter or another version of Python may change about it."""

from __future__ import annotations

import io
import re
import tokenize
from typing import Final

_LAYOUT: Final = re.compile(r"\\\n|\s+")
_LAST_COMMA: Final = re.compile(r",(?=[)\]}])")


def normal(text: str) -> str:
    """The statement without comments, blanks, last commas and the kind of its quotes.

    For comparison, not for reading: what stands inside a string loses its blanks too. Texts of
    different statements may become equal only where they differ in nothing but these.
    """
    bare = _LAYOUT.sub("", _without_comments(text))
    return _LAST_COMMA.sub("", bare.replace("'", '"'))


def _without_comments(text: str) -> str:
    """The text less its comments, as far as it can be read as Python."""
    lines = text.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                at, column = token.start
                lines[at - 1] = lines[at - 1][:column]
    except (tokenize.TokenError, SyntaxError):  # A head without its body, an odd indent.
        pass
    return "\n".join(lines)
