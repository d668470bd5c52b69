# SPDX-License-Identifier: MIT
"""One line on a terminal while a check takes long; none where nobody watches."""

import os
import pty
import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

# From the start instead of after two seconds.
CONFTEST = """
from leakcheck.pytest_plugin import progress
progress.QUIET_SECONDS = progress.EVERY_SECONDS = 0.0
"""
ERASE = "\r\x1b[2K"


def on_a_terminal(pytester, *options):
    """What a terminal gets to see."""
    pytester.makepyfile(test_it="def test_first(): pass\ndef test_it(capsys): print('x')")
    pytester.makeconftest(CONFTEST)
    words = ["-m", "pytest", "-p", "no:cacheprovider", "-p", "leakcheck.plugin", "--leakcheck"]
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, *words, *options],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    ):
        os.close(follower)
        seen = b""
        try:
            while data := os.read(leader, 4096):
                seen += data
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(leader)
    return seen.decode()


def test_line_is_shown_and_what_stood_there_put_back(pytester):
    seen = on_a_terminal(pytester, "-v", "--color=yes")
    assert f"{ERASE}\x1b[2mleakcheck: test_it: warm-up, " in seen
    assert f"{ERASE}test_it.py::test_it \x1b[32mPASSED" in seen
    assert seen.count("leakcheck: 2 clean") == 1


@pytest.mark.parametrize("options", [("-q",), ("-q", "-s")])
def test_quiet_sessions_have_none(pytester, options):
    seen = on_a_terminal(pytester, *options)
    assert ERASE not in seen
    assert "leakcheck: 2 clean" in seen


def test_without_colours_the_line_has_none(pytester):
    seen = on_a_terminal(pytester, "--color=no", "-s")
    assert f"{ERASE}leakcheck: test_it: " in seen


def test_without_a_terminal_there_is_none(run, pytester):
    pytester.makeconftest(CONFTEST)
    done = run("def test_it(): pass")
    assert done.verdict("test_it") == "clean"
    assert " runs, " not in done.out
    assert ERASE not in done.out
