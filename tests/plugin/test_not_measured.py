# SPDX-License-Identifier: MIT
"""What cannot be repeated is NOT MEASURED with its reason: never clean, never a new failure."""

pytest_plugins = ["pytester"]


def test_a_test_that_fails_when_repeated_keeps_its_outcome(run):
    source = """
        import pytest
        RUNS = []
        def test_body():
            RUNS.append(1)
            assert len(RUNS) < 3, "too many"
        UP = []
        @pytest.fixture
        def once():
            UP.append(1)
            if len(UP) == 2:
                raise OSError("port in use")
        def test_set_up(once): pass
        DOWN = []
        @pytest.fixture
        def leaves():
            yield
            DOWN.append(1)
            if len(DOWN) == 3:
                raise OSError("cannot leave")
        def test_tear_down(leaves): pass
        TURN = []
        def test_skips_later():
            TURN.append(1)
            if len(TURN) > 1:
                pytest.skip("only once")
        def test_next(): pass
        """
    done = run(source)
    assert done.status == 0
    done.result.assert_outcomes(passed=5)
    assert done.reason("test_body") == "fails when repeated (run 2): AssertionError: too many"
    assert done.reason("test_set_up") == (
        "fails when repeated in its set-up (run 1): OSError: port in use"
    )
    assert done.reason("test_tear_down") == (
        "fails when repeated in its tear-down (run 2): OSError: cannot leave"
    )
    assert done.reason("test_skips_later") == "skips itself when repeated (run 1): only once"
    assert {v["verdict"] for k, v in done.found.items() if "next" not in k} == {"not measured"}
    assert done.verdict("test_next") == "clean"
    done.result.stdout.fnmatch_lines(
        [
            "NOT MEASURED test_it.py::test_body: fails when repeated*",
            "leakcheck: 1 clean*, 4 not measured",
        ]
    )


def test_a_fixture_that_works_once_only(run):
    source = """
        import pytest, unittest
        LOG = []
        @pytest.fixture
        def outer():
            LOG.append("up")
            yield
            LOG.append("down")
        @pytest.fixture
        def once(outer):
            if LOG.count("up") > 1:
                raise OSError("again")
        class TestIt:
            def test_it(self, once): pass
        class Case(unittest.TestCase):
            n = 0
            def setUp(self):
                Case.n += 1
                assert Case.n == 1
            def test_case(self): pass
        def test_after():
            assert LOG.count("up") == LOG.count("down") > 1
        """
    done = run(source)
    done.result.assert_outcomes(passed=3)
    assert done.status == 0
    assert "OSError: again" in done.reason("test_it")
    assert "AssertionError" in done.reason("test_case")


def test_fixtures_of_a_test_that_cannot_be_repeated_are_all_torn_down(run):
    source = """
        import pytest
        OPEN = []
        @pytest.fixture
        def opened():
            OPEN.append(1)
            yield
            OPEN.pop()
        RUNS = []
        def test_it(opened):
            RUNS.append(1)
            assert len(RUNS) < 3
        def test_after():
            assert OPEN == []
        """
    done = run(source)
    done.result.assert_outcomes(passed=2)


def test_other_item_types(run, pytester):
    (pytester.path / "conftest.py").write_text(
        "import pytest\n"
        "class Sheet(pytest.File):\n"
        "    def collect(self):\n"
        "        yield Row.from_parent(self, name='row')\n"
        "class Row(pytest.Item):\n"
        "    def runtest(self): pass\n"
        "def pytest_collect_file(file_path, parent):\n"
        "    if file_path.suffix == '.sheet':\n"
        "        return Sheet.from_parent(parent, path=file_path)\n"
    )
    (pytester.path / "a.sheet").write_text("")
    done = run('"""\n>>> 1\n1\n"""\n', "--doctest-modules")
    assert (
        done.reason("row") == "only test functions, methods and doctests can be repeated, not a Row"
    )
    assert done.verdict("test_it") == "clean"
    done.result.assert_outcomes(passed=2)


def test_interactive_and_dry_modes_say_that_nothing_is_measured(run):
    source = "def test_it(): pass"
    for option in ("--pdb", "--setup-show"):
        done = run(source, option)
        assert done.verdict("test_it") == "not measured"
        assert option in done.reason("test_it")
        done.result.stdout.fnmatch_lines([f"leakcheck: *nothing is measured, {option} was given"])
        assert done.status == 5
    for option in ("--setup-only", "--setup-plan", "--collect-only"):
        done = run(source, option)
        assert done.found == {}
        done.result.stdout.fnmatch_lines([f"leakcheck: *nothing is measured, {option} was given"])
        assert done.status == 0
        assert "clean" not in done.out


def test_a_session_that_measured_nothing_is_not_green(run):
    source = """
        RUNS = []
        def test_it():
            RUNS.append(1)
            assert len(RUNS) == 1
        """
    done = run(source)
    assert done.status == 5
    done.result.stdout.fnmatch_lines(["leakcheck: nothing was measured; see the reasons above"])


def test_tests_that_skip_are_no_reason_to_fail_the_session(run):
    done = run("import pytest\ndef test_it(): pytest.skip('not here')")
    assert done.status == 0
    done.result.stdout.fnmatch_lines(["leakcheck: no test passed that was to be measured"])


def test_a_run_longer_than_the_max_time(run):
    done = run("def test_it(): pass", "--leakcheck-max-time=1e-9")
    assert done.verdict("test_it") == "not measured"
    assert "one run takes longer than the max time of 1e-09 s" in done.reason("test_it")


def test_the_time_of_pytest_timeout_is_kept(run, pytester):
    (pytester.path / "fake_timeout.py").write_text(
        "def pytest_addoption(parser):\n"
        "    parser.addoption('--timeout', type=float)\n"
        "    parser.addini('timeout', '')\n"
        "def pytest_configure(config):\n"
        "    config.addinivalue_line('markers', 'timeout(t): as pytest-timeout')\n"
        "    config.pluginmanager.register(object(), 'timeout')\n"
    )
    source = """
        import pytest
        @pytest.mark.timeout(1e-9)
        def test_marked(): pass
        def test_option(): pass
        """
    done = run(source, "--timeout=1e-8", plugins=["fake_timeout"])
    # Half of it, instead of the 30 s of --leakcheck-max-time.
    assert "the max time of 5e-10 s" in done.reason("test_marked")
    assert "the max time of 5e-09 s" in done.reason("test_option")


def test_tests_with_one_reason_are_counted_and_verbose_names_them(run):
    source = """
        import pytest
        RUNS = {}
        @pytest.mark.parametrize("name", ["a", "b"])
        def test_it(name):
            RUNS[name] = RUNS.get(name, 0) + 1
            assert RUNS[name] == 1, "port in use"
        def test_clean(): pass
        """
    line = "NOT MEASURED 2 tests: fails when repeated: AssertionError: port in use"
    lines = run(source).out.splitlines()
    assert f"{line} (-v names them)" in lines
    lines = run(source, "-v").out.splitlines()
    after = lines.index(line)
    assert lines[after + 1 : after + 3] == ["  test_it.py::test_it[a]", "  test_it.py::test_it[b]"]
