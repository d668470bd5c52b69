# SPDX-License-Identifier: MIT
"""Subtests of repeated runs are neither shown nor counted, and a failing one is noticed."""

import pytest

pytest_plugins = ["pytester"]

core = pytest.mark.skipif(
    pytest.version_tuple < (9, 0), reason="subtests are in pytest's core from 9.0"
)

PASSING = """
import unittest
class Case(unittest.TestCase):
    def test_case(self):
        for i in range(5):
            with self.subTest(i=i):
                pass
"""
FIXTURE = """
def test_fixture(subtests):
    for i in range(5):
        with subtests.test("step", i=i):
            pass
"""


def test_of_a_case_grow_nothing(run):
    done = run(PASSING, "--junitxml=junit.xml")
    assert done.verdict("test_case") == "clean"
    assert (
        done.result_of("test_case")["readings"][-1]["blocks"]
        == (done.result_of("test_case")["readings"][-2]["blocks"])
    )


@core
def test_are_counted_once_as_without_us(run, pytester):
    plain = run(PASSING + FIXTURE, "--junitxml=plain.xml", "-v", flag=False)
    done = run(PASSING + FIXTURE, "--junitxml=ours.xml", "-v")
    assert plain.result.parseoutcomes() == done.result.parseoutcomes()
    for each in (plain, done):
        each.result.stdout.fnmatch_lines(["*2 passed, 10 subtests passed*"])
        assert each.out.count("SUBPASSED") == plain.out.count("SUBPASSED")
    xml = [(pytester.path / f"{n}.xml").read_text().count("<testcase") for n in ("plain", "ours")]
    assert xml[0] == xml[1]


@core
def test_of_the_fixture_grow_nothing(run):
    done = run(FIXTURE)
    assert done.verdict("test_fixture") == "clean"


@core
def test_in_a_folder_with_a_conftest_of_its_own(run, pytester):
    hook = "def pytest_runtest_logreport(report): pass\n"
    for name in ("one", "two"):
        folder = pytester.mkdir(name)
        (folder / "conftest.py").write_text(hook)
        (folder / f"test_{name}.py").write_text(FIXTURE.replace("test_fixture", f"test_{name}"))
    done = run(PASSING)
    assert [done.verdict(f"test_{n}") for n in ("one", "two", "case")] == ["clean"] * 3
    done.result.assert_outcomes(passed=3)


@core
def test_that_fail_are_the_tests_own_outcome(run):
    source = """
        import unittest
        def test_fixture(subtests):
            with subtests.test("bad"):
                assert 0
        class Case(unittest.TestCase):
            def test_case(self):
                with self.subTest("bad"):
                    assert 0
        """
    plain = run(source, flag=False)
    done = run(source)
    assert done.found == {}
    assert plain.result.parseoutcomes() == done.result.parseoutcomes()


@core
def test_that_fail_only_when_repeated_are_not_clean(run):
    source = """
        import unittest
        RUNS = {"fixture": 0, "case": 0}
        def test_fixture(subtests):
            RUNS["fixture"] += 1
            with subtests.test("third"):
                assert RUNS["fixture"] < 3
        class Case(unittest.TestCase):
            def test_case(self):
                RUNS["case"] += 1
                with self.subTest("third"):
                    assert RUNS["case"] < 3
        """
    done = run(source)
    for name in ("test_fixture", "test_case"):
        assert done.verdict(name) == "not measured"
        assert "when repeated" in done.reason(name)
    assert done.result.parseoutcomes()["passed"] == 2
    assert "failed" not in done.result.parseoutcomes()
    done.result.stdout.no_fnmatch_line("*SUBFAIL*")
