# SPDX-License-Identifier: MIT
"""What a test opens and does not close fails it, and is named."""

from __future__ import annotations

import json
import sys

import pytest

from leakcheck.probes.choosing import DEFAULT, available

pytest_plugins = ["pytester"]

OPENS = """
import os
import pytest

def serve():
    return os.open(os.devnull, os.O_RDONLY)

def test_opens():
    serve()

def test_opens_too():
    serve()

def test_closes():
    os.close(serve())
"""


MEMORY_ALONE = ("--leakcheck-probes=none", "--leakcheck-no-native")


def test_what_costs_next_to_nothing_is_probed_by_default(run):
    done = run(OPENS)
    assert [one["verdict"] for one in done.found.values()] == ["leak", "leak", "clean"]
    assert {one["probe"] for one in done.found.values() if one["probe"]} == {"descriptors"}
    for found in done.found.values():
        assert [one["name"] for one in found["probes"]][:4] == list(DEFAULT)
    assert "reproduce  python -m pytest test_it.py::test_opens --leakcheck\n" in done.out
    marked = OPENS.replace("def test_opens()", "@pytest.mark.leakcheck\ndef test_opens()")
    assert run(marked, flag=False).verdict("test_opens") == "leak"


def test_nothing_is_probed_where_nobody_wants_it(run):
    done = run(OPENS, *MEMORY_ALONE)
    assert [one["verdict"] for one in done.found.values()] == ["clean"] * 3
    assert [one["probes"] for one in done.found.values()] == [[]] * 3
    assert "probes" not in done.out


def test_a_descriptor_that_stays_open_fails_the_test_at_its_line(run):
    probes = ("--leakcheck-probes=descriptors,threads", "--leakcheck-no-native")
    done = run(OPENS, *probes, "--leakcheck-json=it.json")
    done.result.assert_outcomes(failed=2, passed=1)
    found = done.result_of("test_opens")
    assert (found["verdict"], found["metric"], found["probe"]) == ("leak", "probe", "descriptors")
    assert [one["name"] for one in found["probes"]] == ["threads", "descriptors"]
    frames = found["opened"][0]["frames"]
    assert [frame["function"] for frame in frames] == ["test_opens", "serve"]
    done.result.stdout.fnmatch_lines(
        [
            "leakcheck: *, probes threads, descriptors",
            "LEAK  test_it.py::test_opens  +1 descriptor/run, exact in * readings, N=360",
            "  whose      test test_it.py",
            "  opened     +1 descriptor/run, 16 in 16 runs, such as /dev/null",
            "             at test_it.py:5 in serve: return os.open(os.devnull, os.O_RDONLY)",
            "             from test_it.py:8 in test_opens: serve()",
            "  next       each run opens one and does not close it: *",
            "  reproduce  *test_opens --leakcheck --leakcheck-probes=threads,descriptors",
            "*leaks 1 descriptor a run at test_it.py:5",
        ]
    )
    # Both tests leak at one line, so that is one leak.
    assert found["fingerprint"] == done.result_of("test_opens_too")["fingerprint"]
    done.result.stdout.fnmatch_lines(["LEAK LC-* same leak in 2 tests, first test_it.py::test_o*"])
    assert "  opened at test_it.py:5" in done.out


def test_marker_over_command_line_over_ini(run):
    source = """
        import pytest
        from leakcheck import leakcheck
        def test_line(): pass
        @pytest.mark.leakcheck(probes="threads")
        class TestClass:
            def test_class(self): pass
            @pytest.mark.leakcheck(probes=["garbage"])
            def test_method(self): pass
            @pytest.mark.leakcheck(probes="none")
            def test_none(self): pass
        @leakcheck(probes="temp-files")
        def test_decorated(): pass
        """
    told = ("--leakcheck-probes=children", "--leakcheck-no-native")
    done = run(source, *told, ini="leakcheck_probes = all")
    probed = {
        key.rpartition("::")[2]: [one["name"] for one in value["probes"]]
        for key, value in done.found.items()
    }
    assert probed == {
        "test_line": ["children"],
        "test_class": ["threads"],
        "test_method": ["garbage"],
        "test_none": [],
        "test_decorated": ["temp-files"],
    }


def test_ini_alone_is_enough_and_a_marker_needs_no_option(run):
    ini = "leakcheck_probes = threads, garbage\nleakcheck_native = false"
    done = run("def test_it(): pass", ini=ini)
    assert len(done.result_of("test_it")["probes"]) == 2
    marked = "import pytest\n@pytest.mark.leakcheck(probes='threads')\ndef test_it(): pass"
    assert len(run(marked, flag=False).result_of("test_it")["probes"]) == 1


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("descriptor", "*--leakcheck-probes: the probe 'descriptor' is not known; there are *all*"),
        ("none,threads", "*--leakcheck-probes: *leave 'none' out"),
    ],
)
def test_a_bad_name_ends_the_session_with_those_there_are(run, option, says):
    done = run("def test_it(): pass", f"--leakcheck-probes={option}", here=True)
    assert done.status == pytest.ExitCode.USAGE_ERROR
    done.result.stderr.fnmatch_lines([says])


def test_a_bad_name_in_a_marker_names_the_test(run):
    source = "import pytest\n@pytest.mark.leakcheck(probes='sinks')\ndef test_it(): pass"
    done = run(source, here=True)
    assert done.status == pytest.ExitCode.USAGE_ERROR
    done.result.stderr.fnmatch_lines(["*test_it.py::test_it: the probe 'sinks' is not known*"])


CONFTEST = """
import leakcheck
COUNT = [0]
def allocated():
    if COUNT[0] < 0:
        raise RuntimeError("the device is gone")
    return COUNT[0]
def pytest_leakcheck_probes(config):
    return [leakcheck.Probe("device", "page", "pages", allocated, scale=512)]
"""
DEVICE = """
from conftest import COUNT
def test_keeps(): COUNT[0] += 1024
def test_gives_back():
    COUNT[0] += 512
    COUNT[0] -= 512
"""


def test_a_conftest_brings_a_probe_with_units_of_its_own(run, pytester):
    pytester.makeconftest(CONFTEST)
    done = run(DEVICE, "--leakcheck-probes=device,threads", "--import-mode=prepend")
    assert done.verdict("test_gives_back") == "clean"
    found = done.result_of("test_keeps")
    assert (found["probe"], found["rate"]) == ("device", 2)
    assert "test_keeps  +2 pages/run" in done.out
    assert "at test_it.py:2 in test_keeps" in done.out


def test_a_probe_that_raises_is_named_and_nothing_is_called_clean(run, pytester):
    pytester.makeconftest(CONFTEST)
    source = "from conftest import COUNT\ndef test_it(): COUNT[0] = -1"
    done = run(source, "--leakcheck-probes=device", "--import-mode=prepend")
    done.result.assert_outcomes(passed=1)
    assert done.verdict("test_it") == "not measured"
    assert "the probe device can't be read: RuntimeError: the device is gone" in done.out


def test_a_hook_that_gives_no_list_is_told(run, pytester):
    pytester.makeconftest("def pytest_leakcheck_probes(config): return 3")
    done = run("def test_it(): pass", "--leakcheck-probes=threads", here=True)
    assert done.status == pytest.ExitCode.USAGE_ERROR
    done.result.stderr.fnmatch_lines(["*pytest_leakcheck_probes must return a list*, not 3*"])


def test_a_rule_lets_a_probe_be(run):
    ini = "leakcheck_ignore = probe descr* because the server keeps them"
    done = run(OPENS, "--leakcheck-probes=default", ini=ini)
    done.result.assert_outcomes(passed=3)
    assert done.verdict("test_opens") == "leak"


def test_a_list_of_known_leaks_has_the_probe(run, pytester):
    run(OPENS, "--leakcheck-probes=default", "--leakcheck-json=it.json")
    done = pytester.run(*(sys.executable, "-m", "leakcheck", "baseline", "update", "it.json"))
    assert done.ret == 0
    text = pytester.path.joinpath(".leakcheck-baseline.json").read_text()
    (entry,) = [value for value in json.loads(text).values() if isinstance(value, dict)]
    assert entry["metric"] == "probe:descriptors"
    again = run(OPENS, "--leakcheck-probes=default")
    again.result.assert_outcomes(passed=3)


def test_it_is_confirmed_in_a_fresh_process(run):
    done = run(OPENS, "--leakcheck-probes=default", "--leakcheck-confirm")
    assert done.result_of("test_opens")["fresh"] == "confirmed alone in a fresh process"


def test_workers_of_xdist_probe_too(run):
    done = run(OPENS, "--leakcheck-probes=descriptors", "-p", "xdist", "-n2")
    done.result.assert_outcomes(failed=2, passed=1)
    assert done.result_of("test_opens")["opened"][0]["frames"][-1]["line"] == 5


def test_a_fixture_that_opens_is_named_by_its_line(run):
    source = """
        import os
        import pytest
        @pytest.fixture
        def handle():
            return os.open(os.devnull, os.O_RDONLY)
        def test_it(handle):
            assert handle >= 0
        """
    done = run(source, "--leakcheck-probes=all")
    assert done.verdict("test_it") == "leak"
    frames = done.result_of("test_it")["opened"][0]["frames"]
    assert [frame["function"] for frame in frames] == ["handle"]


def test_our_own_loop_opens_nothing(run):
    source = """
        def test_it(tmp_path, capsys, monkeypatch, request):
            tmp_path.joinpath("x").write_text("x")
            print("x")
            assert capsys.readouterr().out
        """
    done = run(source, "--leakcheck-probes=all")
    assert done.verdict("test_it") == "clean"
    assert len(done.result_of("test_it")["probes"]) == len({*available(), "native"})
