# SPDX-License-Identifier: MIT
"""New, worse, expired, known, suppressed, and gone."""

from dataclasses import replace

import pytest

from leakcheck.gate.baseline import Entry, by_fingerprint
from leakcheck.gate.ignored import read_ignored
from leakcheck.gate.outcome import gate, sentences
from leakcheck.gate.session import Outcome, Standing
from leakcheck.gate.standing import Rules, gone, judged, shrunk, standing, unused, updated
from leakcheck.model import Metric, Owner, Verdict, Whose
from tests.unit.made_sessions import case, clean, leak, opening, other, session

ENTRY = Entry(
    "LC-00000000aa", "app", "blocks", {"t.py::x": 2}, ("app.bus.BUS",), reason="waits for 3.0"
)


def rules(*entries, lines=(), day="2026-11-25"):
    return Rules(by_fingerprint(entries), read_ignored(lines), day)


def stands(result, known, nodeid="t.py::x"):
    return standing(case(nodeid, result), known)


def test_what_is_not_listed_is_new():
    assert stands(leak(), rules()) == (Standing.NEW, "")
    assert stands(leak("LC-00000000bb"), rules(ENTRY)) == (Standing.NEW, "")


def test_what_is_listed_is_known_in_any_test_and_under_any_parameters():
    known = (Standing.KNOWN, "waits for 3.0")
    assert stands(leak(), rules(ENTRY)) == known
    assert stands(leak(), rules(ENTRY), "t.py::x[renamed]") == known
    assert stands(leak(rate=50.0), rules(ENTRY), "t.py::other") == known


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(2.9, Standing.KNOWN), (3.0, Standing.WORSE), (1.0, Standing.KNOWN)],
)
def test_half_as_much_again_in_a_listed_test_is_worse(rate, expected):
    assert stands(leak(rate=rate), rules(ENTRY))[0] is expected


def test_what_grows_beside_a_known_leak_is_worse_and_named():
    known = leak().containers
    beside = replace(known[0], path="app.log.LINES[3].text", module="app.log", share=0.1)
    more = leak(containers=(*known, beside))
    stands_so, note = stands(more, rules(ENTRY))
    assert stands_so is Standing.WORSE
    assert note == "app.log.LINES grows too, which is not known"
    taken_in = updated(judged(session(case("t.py::x", more)), rules(ENTRY)), [ENTRY])
    assert taken_in[0].holders == ("app.bus.BUS", "app.log.LINES")
    assert stands(more, rules(*taken_in))[0] is Standing.KNOWN
    assert stands(leak(), rules(*taken_in))[0] is Standing.KNOWN


def test_a_holder_is_off_the_list_when_no_listed_test_shows_it_any_more():
    entry = replace(ENTRY, holders=("app.bus.BUS", "app.log.LINES"))
    assert shrunk(entry, [session(case("t.py::x", leak()))]) == ENTRY
    assert shrunk(entry, [session(case("t.py::y", leak()))]) == entry
    two = replace(entry, tests={"t.py::x": 2, "t.py::y": 2})
    assert shrunk(two, [session(case("t.py::x", leak()))]) == two


def test_rates_of_two_metrics_are_not_compared():
    result = leak(rate=9.0, metric=Metric.OBJECTS)
    assert stands(result, rules(ENTRY))[0] is Standing.KNOWN


def test_after_its_last_day_it_fails_and_says_whose_it_is():
    entry = replace(ENTRY, until="2026-11-25", owner="ann")
    assert stands(leak(), rules(entry))[0] is Standing.KNOWN
    assert stands(leak(), rules(entry, day="2026-11-26")) == (
        Standing.EXPIRED,
        "it was let be until 2026-11-25 (waits for 3.0, ann)",
    )


def test_a_rule_and_a_known_leak_of_the_interpreter_come_first():
    line = "module app.* because legacy"
    assert stands(leak(), rules(lines=[line])) == (Standing.SUPPRESSED, "legacy")
    ours = leak(whose=Whose(Owner.INTERPRETER, "CPython", known="a sentence"))
    assert stands(ours, rules(lines=[line])) == (Standing.KNOWN, "a sentence")


def test_a_session_is_judged_again_but_for_what_a_marker_says():
    made = session(
        case("t.py::x", leak()),
        case("t.py::y", leak(), standing=Standing.KNOWN, by_marker=True, note="mine"),
        case("t.py::z", clean()),
    )
    found = judged(made, rules(ENTRY))
    assert [(one.standing, one.note) for one in found.tests] == [
        (Standing.KNOWN, "waits for 3.0"),
        (Standing.KNOWN, "mine"),
        (None, ""),
    ]
    assert found.known == (ENTRY,)


TWICE = replace(ENTRY, tests={"t.py::x": 2, "t.py::y": 2})


@pytest.mark.parametrize(
    ("tests", "whole", "is_gone"),
    [
        ([case("t.py::x", clean()), case("t.py::y", clean())], False, True),
        ([case("t.py::x", clean()), case("t.py::y[a]", clean())], False, True),
        ([case("t.py::x", clean())], False, False),  # y did not run
        ([case("t.py::x", clean())], True, True),  # there is no y any more
        ([case("t.py::x", clean()), case("t.py::y", leak())], True, False),
        ([case("t.py::x", clean()), case("t.py::new", leak())], True, False),
        ([case("t.py::x", clean()), case("t.py::y", leak("LC-other"))], True, True),
        ([case("t.py::x", other(Verdict.INCONCLUSIVE)), case("t.py::y", clean())], True, False),
        ([case("t.py::x", None, outcome=Outcome.FAILED), case("t.py::y", clean())], True, False),
        (
            [case("t.py::x[a]", clean()), case("t.py::x[b]", None), case("t.py::y", clean())],
            True,
            False,
        ),
    ],
)
def test_a_leak_is_gone_when_each_of_its_tests_was_measured_without_it(tests, whole, is_gone):
    made = session(*tests, whole=whole)
    assert bool(gone(made, [TWICE])) is is_gone


def test_a_rule_is_unused_only_when_all_tests_ran():
    (rule,) = read_ignored(["module other because so"])
    made = session(case("t.py::x", leak()))
    assert unused(made, [rule]) == (rule,)
    assert unused(replace(made, whole=False), [rule]) == ()
    assert unused(made, read_ignored(["module app.bus because so"])) == ()


def test_an_update_adds_what_is_new_and_keeps_what_people_wrote():
    made = session(
        case("t.py::x[1]", leak(rate=3.0)),
        case("t.py::x[2]", leak(rate=4.0)),
        case("t.py::n", leak("LC-00000000bb", rate=1 / 3)),
        case("t.py::s", leak("LC-00000000cc"), standing=Standing.SUPPRESSED),
        case("t.py::i", leak("LC-00000000dd", whose=Whose(Owner.INTERPRETER, known="x"))),
    )
    first, second = updated(made, [TWICE], owner="bob")
    assert first == replace(
        TWICE,
        what="app/bus.py in subscribe, held by app.bus.BUS.handlers",
        tests={"t.py::x": 4.0, "t.py::y": 2},
    )
    assert (second.fingerprint, second.owner, second.tests) == (
        "LC-00000000bb",
        "bob",
        {"t.py::n": 0.333},
    )


def test_the_gate_sorts_leaks_and_says_what_is_out_of_date():
    expired = replace(ENTRY, fingerprint="LC-00000000ee", until="2026-01-01")
    expired = replace(expired, tests={"t.py::asked": 1})
    made = session(
        case("t.py::x", leak()),
        case("t.py::n", leak("LC-00000000bb")),
        case("t.py::s", leak("LC-00000000cc", file="old/a.py")),
        case("t.py::y", clean()),
        case("t.py::asked", other(Verdict.INCONCLUSIVE)),
    )
    fixed = replace(ENTRY, fingerprint="LC-00000000ff", tests={"t.py::y": 1})
    lines = ["module old.* because legacy", "site nothing.py because so"]
    found = gate(judged(made, rules(ENTRY, expired, fixed, lines=lines)))
    assert [one.key for one in found.failing] == ["LC-00000000bb"]
    prune = "python -m leakcheck baseline prune RESULT.json takes them out"
    assert list(sentences(found, strict=False)) == [
        "KNOWN 1 leak in 1 test, let be: LC-00000000aa",
        "SUPPRESSED 1 leak in 1 test, not wanted: LC-00000000cc",
        f"FIXED 1 leak still listed in the baseline: LC-00000000ff; {prune}",
        "EXPIRED LC-00000000ee was let be until 2026-01-01 (waits for 3.0)",
        "UNUSED leakcheck_ignore: site nothing.py because so",
    ]
    assert found.fails(strict=False)


def test_a_fixed_leak_that_is_listed_fails_only_under_strict_rules():
    found = gate(judged(session(case("t.py::x", clean())), rules(ENTRY)))
    assert not found.fails(strict=False)
    assert found.fails(strict=True)


def test_what_a_probe_counts_is_listed_with_its_probe_and_where_it_was_opened():
    (entry,) = updated(session(case("t.py::x", opening())), ())
    assert (entry.metric, entry.what) == ("probe:descriptors", "app/bus.py in subscribe")
    known = rules(entry)
    assert stands(opening(), known)[0] is Standing.KNOWN
    assert stands(opening(rate=9.0), known)[0] is Standing.WORSE
    # Another probe's units can't be held against these.
    assert stands(opening(rate=9.0, probe="sockets"), known)[0] is Standing.KNOWN
