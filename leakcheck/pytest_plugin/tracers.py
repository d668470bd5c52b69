# SPDX-License-Identifier: MIT
"""coverage.py, which watches every line that a test runs, looks away from repeated runs.

It keeps something for each thread that starts and, with sys.monitoring, for each code object that
is made: a test that starts a thread or compiles code would look as if it leaked. What it covers
stays what the test's own run covered.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

COVERAGE: Final = "coverage"
_TOOLS: Final = range(6)
"""The numbers that sys.monitoring gives to its tools."""


@contextlib.contextmanager
def coverage_paused() -> Iterator[None]:
    """Take coverage's functions out of the interpreter, and put them back as they were."""
    with contextlib.ExitStack() as stack:
        tools: Any = getattr(sys, "monitoring", None)  # since CPython 3.12
        for tool in _TOOLS if tools is not None else ():
            events = tools.get_events(tool) if _is_coverage(tools.get_tool(tool)) else 0
            if events:
                stack.callback(tools.set_events, tool, events)
                tools.set_events(tool, 0)
        of_threads = threading.gettrace()
        if _belongs_to_coverage(of_threads):
            stack.callback(threading.settrace, of_threads)
            threading.settrace(None)
        of_this_one = sys.gettrace()
        if _belongs_to_coverage(of_this_one):
            stack.callback(sys.settrace, of_this_one)
            sys.settrace(None)
        yield


def _is_coverage(tool: object) -> bool:
    return isinstance(tool, str) and tool.partition(".")[0] == COVERAGE


def _belongs_to_coverage(function: object) -> bool:
    """A trace function of coverage's: one of its objects or a method of one."""
    owner = type(getattr(function, "__self__", function))
    return owner.__module__.partition(".")[0] == COVERAGE
