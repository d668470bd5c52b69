# SPDX-License-Identifier: MIT
"""Reports that can't be written say so, and lose no verdict."""

import json
import os
import sys

import pytest

pytest_plugins = ["pytester"]

BODY = "KEPT = []\ndef test_it(): KEPT.append(object())\n"
PLACES = {
    "a full disk": "/dev/full",
    "a folder": ".",
    "a file below a file": "test_it.py/x.json",
}


@pytest.mark.parametrize("option", ["--leakcheck-json", "--leakcheck-html"])
@pytest.mark.parametrize("where", PLACES)
def test_the_file_is_on(faulty, option, where):
    if option == "--leakcheck-html":
        pytest.importorskip("jinja2")
    found = faulty(BODY, f"{option}={PLACES[where]}", ends=True)
    assert found.status in (3, 4), found.out
    if found.status == 3:
        assert found.verdict("test_it") == "leak"
        assert "LEAK" in found.out
    assert PLACES[where] in found.out + found.err


def test_a_folder_that_is_not_there_is_made(faulty, pytester):
    found = faulty(BODY, "--leakcheck-json=not/there.json", ends=True)
    assert found.status == 1
    assert json.loads((pytester.path / "not" / "there.json").read_text())["tests"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(faulty, pytester):
    (pytester.path / "shut").mkdir(mode=0o500)
    found = faulty(BODY, "--leakcheck-json=shut/x.json", ends=True)
    assert found.status in (3, 4)


def test_a_terminal_that_is_gone(faulty, pytester):
    found = faulty(
        "import os\ndef test_it(): pass\ndef teardown_module(): os.close(1)\n", ends=True
    )
    assert found.verdict("test_it") == "clean"
    assert found.status != 4


def test_a_baseline_that_is_damaged_stops_before_any_test(faulty, pytester):
    (pytester.path / ".leakcheck-baseline.json").write_text('{"leakcheck-baseline": 1')
    found = faulty(BODY, ends=True)
    assert found.status == 4
    assert ".leakcheck-baseline.json" in found.err
    assert found.found == {}


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of file sizes")
def test_a_limit_on_file_sizes(faulty):
    body = BODY + (
        "import resource, signal\n"
        "def test_limit():\n"
        "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, -1))\n"
    )
    found = faulty(body, "--leakcheck-json=out.json", ends=True)
    assert found.verdict("test_it") == "leak"
    assert found.status in (1, 3)
