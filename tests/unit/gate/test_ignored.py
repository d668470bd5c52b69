# SPDX-License-Identifier: MIT
"""Rules about leaks that nobody wants to hear of never hide another leak."""

from dataclasses import replace

import pytest

from leakcheck.errors import UsageError
from leakcheck.gate.ignored import ignored, matches, read_ignored
from tests.unit.made_sessions import leak, opening


def rule(text):
    (one,) = read_ignored([text])
    return one


@pytest.mark.parametrize(
    "text",
    [
        "fingerprint LC-00000000aa because so",
        "module app.bus because so",
        "module app.* because so",
        "site app/bus.py because so",
        "site app/*:sub* because so",
        "holder app.bus.BUS.handlers because so",
        "holder  app.*   because  so",
    ],
)
def test_each_kind_fits_by_its_pattern(text):
    found = ignored(leak(), [rule(text)])
    assert found is not None
    assert found.reason == "so"


@pytest.mark.parametrize(
    "text",
    [
        "fingerprint LC-00000000ab because so",
        "module app because so",
        "module tests.* because so",
        "site bus.py because so",
        "site app/bus.py:other because so",
        "holder app.bus.BUS because so",
    ],
)
def test_a_pattern_fits_the_whole_name_or_not_at_all(text):
    assert ignored(leak(), [rule(text)]) is None


def test_a_second_growing_line_or_holder_is_not_hidden():
    first, second = leak().sites[0], leak(file="app/new.py").sites[0]
    both = replace(leak(), sites=(first, second))
    assert ignored(both, [rule("site app/bus.py because so")]) is None
    assert ignored(both, [rule("site app/*.py because so")]) is not None
    (held,) = leak().containers
    both = replace(leak(), containers=(held, replace(held, path="app.NEW")))
    assert ignored(both, [rule("holder app.bus.* because so")]) is None


def test_a_leak_of_which_no_line_or_holder_is_known_is_under_none_of_these_rules():
    bare = replace(leak(), sites=(), containers=())
    rules = [rule(f"{kind} * because so") for kind in ("module", "site", "holder")]
    assert ignored(bare, rules) is None


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("app.T['user'].x", "app.T['user'].x", True),
        ("app.T['user'].x", "app.T[*].x", True),
        ("app.Tu.x", "app.T['user'].x", False),
        ("a\nb", "a*", True),
        ("ab", "a?", True),
        ("abc", "a?", False),
    ],
)
def test_brackets_of_a_path_stand_for_themselves(text, pattern, fits):
    assert matches(text, pattern) is fits


@pytest.mark.parametrize(
    "text", ["LC-1", "holder app.X", "holder app.X because", "because so", "line app.py because so"]
)
def test_a_rule_without_kind_pattern_or_reason_is_refused_with_the_form(text):
    with pytest.raises(UsageError, match=r"leakcheck_ignore has .*write KIND PATTERN because"):
        read_ignored(["", text])


@pytest.mark.parametrize(
    "text",
    [
        "probe descriptors because so",
        "probe desc* because so",
        "site app/bus.py because so",
        "site app/bus.py:subscribe because so",
        "module app.bus because so",
    ],
)
def test_what_a_probe_counts_fits_by_its_probe_and_by_the_line_that_opened_it(text):
    assert ignored(opening(), [rule(text)]) is not None


@pytest.mark.parametrize("text", ["probe socket because so", "holder * because so"])
def test_another_probe_is_another_leak(text):
    assert ignored(opening(), [rule(text)]) is None


def test_a_rule_for_a_probe_hides_no_leak_of_memory():
    beside = leak(opened=opening().opened, probes=opening().probes)
    assert ignored(beside, [rule("probe * because so")]) is None
