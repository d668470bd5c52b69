# SPDX-License-Identifier: MIT
"""Which part of a holder's path is the step into the container that grows."""

from __future__ import annotations

import re
from typing import Final

_TEXT: Final = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_ENTRY: Final = rf"\[(?:{_TEXT}|[^\]'\"]*)\]"
_LAST: Final = re.compile(
    rf"""(?P<step>
        \.__(?:closure|kwdefaults|dict|defaults)__{_ENTRY}
      | \.<[^>]*>(?:\.\w+)?  # a local variable of something that runs
      | \.[^\W\d]\w*
      | {_ENTRY}
      | \{{\.\.\.\}}
      | \([^()]*\)\*\d+
    )$""",
    re.VERBOSE,
)
_NAMED: Final = re.compile(r"(?:fixture|local) `(?P<step>[^`]*)`[^.\[]*$")


def growing_edge(path: str) -> tuple[int, int]:
    """The characters of a path, from start to end, that lead to the container itself.

    The last step without its dot; of a fixture or a local variable its name; else all of it.
    """
    found = _NAMED.match(path) or _LAST.search(path)
    if found is None:
        return 0, len(path)
    start, end = found.span("step")
    return (start + 1 if path[start] == "." else start), end
