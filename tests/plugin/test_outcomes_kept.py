# SPDX-License-Identifier: MIT
"""With --leakcheck every test has the outcome that it has without, leaks apart."""

pytest_plugins = ["pytester"]

EVERYTHING = """
import pytest, unittest
def test_passes(): pass
def test_fails(): assert 0
def test_skips(): pytest.skip("no")
def test_xfails(): pytest.xfail("known")
@pytest.mark.xfail
def test_marked_xfail(): assert 0
@pytest.mark.xfail
def test_xpasses(): pass
@pytest.mark.xfail(strict=True)
def test_xpasses_strict(): pass
@pytest.mark.skipif(True, reason="no")
def test_skipped(): pass
@pytest.fixture
def broken(): raise OSError("set-up")
def test_error(broken): pass
@pytest.fixture
def breaks():
    yield
    raise OSError("tear-down")
def test_tear_down_error(breaks): pass
@pytest.mark.parametrize("n", [1, 2, 0])
def test_param(n): assert n
"""


def test_outcomes_are_those_without_us(run):
    plain = run(EVERYTHING, flag=False, leakcheck=False)
    done = run(EVERYTHING)
    assert plain.result.parseoutcomes() == done.result.parseoutcomes()
    assert plain.status == done.status == 1
    measured = {key.partition("::")[2] for key in done.found}
    assert measured == {
        "test_passes",
        "test_xpasses",
        "test_xpasses_strict",
        "test_tear_down_error",
        "test_param[1]",
        "test_param[2]",
    }


def test_a_failing_tear_down_is_an_error_once_and_not_clean(run):
    source = """
        import pytest
        @pytest.fixture
        def breaks():
            yield
            raise OSError("will not close")
        def test_it(breaks): pass
        def test_next(): pass
        """
    done = run(source)
    done.result.assert_outcomes(passed=2, errors=1)
    assert done.reason("test_it") == "its own tear-down fails"
    assert done.out.count("OSError: will not close") >= 1
    assert done.verdict("test_next") == "clean"


def test_a_leaking_test_can_be_xfailed(run):
    source = """
        import pytest
        KEPT = []
        @pytest.mark.xfail(strict=True, reason="known leak")
        def test_it(): KEPT.append(object())
        """
    done = run(source)
    done.result.assert_outcomes(xfailed=1)
    assert done.status == 0


def test_first_leak_stops_under_exitfirst(run):
    source = "KEPT = []\ndef test_a(): KEPT.append(object())\ndef test_b(): pass"
    done = run(source, "-x")
    done.result.assert_outcomes(failed=1)
    assert len(done.found) == 1
