# SPDX-License-Identifier: MIT
"""Which tests are checked and how hard: marker over command line over ini file."""

pytest_plugins = ["pytester"]

MARKED = """
import pytest
from leakcheck import leakcheck
KEPT = []

@pytest.mark.leakcheck
def test_marked():
    KEPT.append(object())

@leakcheck
def test_decorated():
    KEPT.append(object())

def test_plain():
    KEPT.append(object())
"""


def test_marker_and_decorator_check_one_test_without_the_option(run):
    done = run(MARKED, flag=False)
    assert set(done.found) == {"test_it.py::test_marked", "test_it.py::test_decorated"}
    done.result.assert_outcomes(failed=2, passed=1)
    assert done.status == 1


def test_option_checks_all(run):
    done = run(MARKED)
    assert len(done.found) == 3
    done.result.assert_outcomes(failed=3)


def test_ini_checks_all(run):
    done = run("def test_it(): pass", flag=False, ini="leakcheck = true\nleakcheck_rate = 0.1")
    assert done.verdict("test_it") == "clean"
    assert done.result_of("test_it")["judged"] >= 29
    done.result.stdout.fnmatch_lines(["leakcheck: *rate 0.1 leaks a run*"])


def test_marker_over_command_line_over_ini(run):
    source = """
        import pytest
        from leakcheck import leakcheck
        def test_line(): pass
        @pytest.mark.leakcheck(iterations=24)
        class TestClass:
            def test_class(self): pass
            @pytest.mark.leakcheck(iterations=36)
            def test_method(self): pass
        @leakcheck(iterations=48)
        def test_decorated(): pass
        """
    ini = "leakcheck_iterations = 60\nleakcheck_seed = 5"
    done = run(source, "--leakcheck-iterations=12", ini=ini)
    judged = {key.rpartition("::")[2]: value["judged"] for key, value in done.found.items()}
    assert judged == {"test_line": 12, "test_class": 24, "test_method": 36, "test_decorated": 48}
    assert {value["seed"] for value in done.found.values()} == {5}


def test_no_leakcheck_excludes_and_the_closest_marker_decides(run):
    source = """
        import pytest
        KEPT = []
        @pytest.mark.no_leakcheck(reason="keeps on purpose")
        def test_excluded():
            KEPT.append(1.5)
        @pytest.mark.no_leakcheck(reason="all of it")
        class TestClass:
            def test_out(self): pass
            @pytest.mark.leakcheck
            def test_in(self): pass
        """
    done = run(source)
    assert set(done.found) == {"test_it.py::TestClass::test_in"}
    done.result.assert_outcomes(passed=3)


def test_a_decorated_test_is_not_measured_twice(run):
    source = """
        from leakcheck import leakcheck
        RUNS = [0]
        @leakcheck
        def test_it():
            RUNS[0] += 1
        def test_after():
            assert RUNS[0] < 31
        """
    done = run(source, flag=False)
    assert done.verdict("test_it") == "clean"
    assert done.result_of("test_it")["runs"] < 20


def test_markers_are_known_to_strict_sessions(run):
    done = run(MARKED, "--strict-markers", "--collect-only", flag=False)
    assert done.status == 0
    done = run("def test_it(): pass", "--markers", flag=False)
    done.result.stdout.fnmatch_lines(["@pytest.mark.leakcheck(*", "@pytest.mark.no_leakcheck(*"])
