# SPDX-License-Identifier: MIT
"""Each repeated run has fresh function-scoped fixtures, and what pytest keeps of it is dropped."""

import json
import re

pytest_plugins = ["pytester"]

COUNTED = """
import json, pathlib, pytest
COUNT = {"body": 0, "up": 0, "down": 0, "module": 0, "class": 0, "instances": set()}

@pytest.fixture(scope="module", autouse=True)
def module_once():
    COUNT["module"] += 1
    yield
    COUNT["instances"] = len(COUNT["instances"])
    pathlib.Path("count.json").write_text(json.dumps(COUNT))

@pytest.fixture(scope="class")
def class_once():
    COUNT["class"] += 1

@pytest.fixture
def each():
    COUNT["up"] += 1
    yield
    COUNT["down"] += 1

class TestIt:
    def test_it(self, each, class_once):
        assert not hasattr(self, "been_here")
        self.been_here = True
        COUNT["body"] += 1
"""


def test_function_fixtures_are_renewed_and_wider_ones_kept(run, pytester):
    done = run(COUNTED)
    count = json.loads((pytester.path / "count.json").read_text())
    assert done.verdict("test_it") == "clean"
    runs = done.result_of("test_it")["runs"]
    assert count["body"] == count["up"] == count["down"] == runs + 1  # The own run.
    assert (count["module"], count["class"]) == (1, 1)


BUILT_IN = """
import logging, os, sys, warnings
import pytest

def test_monkeypatch(monkeypatch):
    monkeypatch.setenv("LEAKCHECK_TRIED", "yes")

def test_environment_is_back():
    assert "LEAKCHECK_TRIED" not in os.environ

def test_record_property(record_property):
    record_property("name", "value")

def test_tmp_path(tmp_path):
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("x" * 100)

@pytest.fixture
def nested(tmp_path_factory):
    return tmp_path_factory.mktemp("nested")

def test_tmp_path_factory(nested, tmp_path):
    (nested / "file").write_text("x")

def test_capsys(capsys):
    print("out")
    print("err", file=sys.stderr)
    assert capsys.readouterr() == ("out\\n", "err\\n")
    print("nobody reads this")

def test_capfd(capfd):
    os.write(1, b"raw")
    assert capfd.readouterr().out == "raw"

def test_prints():
    print("a line for pytest's own capture" * 20)
    print("and one more", file=sys.stderr)

@pytest.fixture
def logs_in_set_up():
    logging.getLogger("up").warning("up")

def test_caplog(logs_in_set_up, caplog):
    logging.getLogger("body").warning("in the body")
    assert [r.getMessage() for r in caplog.records] == ["in the body"]
    assert [r.getMessage() for r in caplog.get_records("setup")] == ["up"]
    assert caplog.text.count("in the body") == 1

def test_logs():
    logging.getLogger("plain").error("kept by nobody")

def test_recwarn(recwarn):
    warnings.warn("once a run")
    assert len(recwarn) == 1

def test_warns():
    warnings.warn("seen by pytest", DeprecationWarning)

def test_marks(request):
    request.node.add_marker("added")

class Noisy:
    def __del__(self):
        raise ValueError("unraisable")

@pytest.mark.filterwarnings("ignore")
def test_unraisable():
    Noisy()

def test_uses_session_fixture(tmp_path, request):
    request.getfixturevalue("tmp_path_factory")
"""


def test_built_in_fixtures_leave_nothing(run):
    done = run(BUILT_IN, ini="markers = added")
    verdicts = {key.partition("::")[2]: value["verdict"] for key, value in done.found.items()}
    assert len(verdicts) == BUILT_IN.count("def test_")
    assert set(verdicts.values()) == {"clean"}, verdicts
    done.result.assert_outcomes(passed=len(verdicts), warnings=1)
    assert done.status == 0


def test_without_capture_and_logging_plugins(run):
    source = "def test_it(tmp_path):\n    print('x')"
    done = run(source, "-p", "no:capture", "-p", "no:logging", "-p", "no:warnings")
    assert done.verdict("test_it") == "clean"


def test_own_output_is_shown_once_with_a_leak(run):
    source = """
        import logging
        KEPT = []
        def test_it():
            print("said by the test")
            logging.getLogger().warning("logged by the test")
            KEPT.append(bytearray(99))
        """
    done = run(source)
    assert done.verdict("test_it") == "leak"
    assert done.out.count("said by the test\n") == 1
    assert done.out.count("logged by the test") == 1


def test_what_a_test_hands_to_a_wider_fixture_is_a_leak(run):
    source = """
        import pytest
        @pytest.fixture(scope="session")
        def pool(request):
            return request
        def test_it(pool):
            pool.addfinalizer(lambda: None)
        """
    done = run(source)
    assert done.verdict("test_it") == "leak"


def test_random_numbers_are_new_in_each_run_and_then_go_on(run):
    source = """
        import random
        DRAWN = []
        def test_first():
            DRAWN.append(random.random())
            del DRAWN[:-20]
        def test_second():
            assert len(DRAWN) > 5 and len(set(DRAWN)) == len(DRAWN)
        def test_seeds():
            random.seed(7)
        def test_after_it():
            if not SEEN:
                assert random.random() == random.Random(7).random()
                SEEN.append(1)
        SEEN = []
        """
    done = run(source)
    done.result.assert_outcomes(passed=4)
    assert done.verdict("test_second") == "clean"


def test_a_folder_left_behind_as_working_folder_does_not_break_the_session(run):
    source = """
        import os
        def test_goes_there(tmp_path):
            os.chdir(tmp_path)
        def test_next():
            assert os.getcwd()
        """
    done = run(source)
    done.result.assert_outcomes(passed=2)


ASKING_FOR_REQUEST = """
import inspect
from _pytest import fixtures
import pytest

USUAL = fixtures.getfuncargnames
LOOKED = []

def counting(function, *args, **kwargs):
    if function.__qualname__.startswith("RequestFixtureDef"):
        LOOKED.append(None)
    return USUAL(function, *args, **kwargs)

fixtures.getfuncargnames = counting

@pytest.fixture
def outer(request):
    return request

@pytest.fixture
def inner(outer, request):
    return outer, request

@pytest.mark.parametrize("number", [7])
def test_it(inner, number, request):
    outer, other = inner
    assert (outer.fixturename, other.fixturename, number) == ("outer", "inner", 7)
    assert request.node.name == "test_it[7]"

def test_looked():
    assert fixtures.getfuncargnames is counting
    print(f"looked {len(LOOKED)} times")
"""


def test_repeated_runs_get_their_own_request_and_do_not_look_at_its_signature(run):
    plain = run(ASKING_FOR_REQUEST, "-rP", flag=False, leakcheck=False)
    done = run(ASKING_FOR_REQUEST, "-rP")
    looked = [re.search(r"looked (\d+) times", one.out)[1] for one in (plain, done)]
    assert looked[0] == looked[1]
    assert done.verdict("test_it[7]") == "clean"
    assert done.result_of("test_it[7]")["runs"] >= 3
    done.result.assert_outcomes(passed=2)


HOOKS = """
import pytest
CALLS = {"set up": 0, "called": 0}
def pytest_fixture_setup(fixturedef):
    CALLS["set up"] += fixturedef.argname == "each"
def pytest_pyfunc_call():
    CALLS["called"] += 1
@pytest.fixture
def each(): pass
@pytest.fixture(scope="session")
def calls(): return CALLS
"""


def test_hooks_of_a_folder_are_called_each_run_for_its_tests_only(run, pytester):
    for name in ("one", "two"):
        folder = pytester.mkdir(name)
        (folder / "conftest.py").write_text(HOOKS)
        (folder / f"test_{name}.py").write_text(
            f"def test_{name}(each): pass\n"
            "def test_after(calls, request):\n"
            "    if not hasattr(request.session, 'seen_in_' + __name__):\n"
            "        setattr(request.session, 'seen_in_' + __name__, dict(calls))\n"
        )
    (pytester.path / "conftest.py").write_text(
        "import json, pathlib\n"
        "def pytest_sessionfinish(session):\n"
        "    assert 'gethookproxy' not in vars(session)\n"
        "    seen = {n: getattr(session, 'seen_in_test_' + n) for n in ('one', 'two')}\n"
        "    pathlib.Path('seen.json').write_text(json.dumps(seen))\n"
    )
    done = run("def test_zero(): pass")
    done.result.assert_outcomes(passed=5)
    seen = json.loads((pytester.path / "seen.json").read_text())
    for name in ("one", "two"):
        runs = done.result_of(f"test_{name}")["runs"] + 1
        # The own run, the repeated ones; and the own run of test_after.
        assert seen[name] == {"set up": runs, "called": runs + 1}
