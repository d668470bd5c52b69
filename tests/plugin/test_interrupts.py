# SPDX-License-Identifier: MIT
"""Ctrl-C, pytest.exit or a timeout in a repeated run end what they should, and leave order."""

pytest_plugins = ["pytester"]

AT_THIRD_RUN = """
import gc, pathlib, pytest
RUNS = []
FROZEN = gc.get_freeze_count()
@pytest.fixture(scope="module", autouse=True)
def module():
    yield
    pathlib.Path("torn.txt").write_text(f"down {gc.get_freeze_count() <= FROZEN} {gc.isenabled()}")
@pytest.fixture
def each():
    yield
def test_it(each):
    RUNS.append(1)
    if len(RUNS) == 3:
        HOW
def test_next(): pass
"""


def torn(pytester):
    return (pytester.path / "torn.txt").read_text()


def test_ctrl_c(run, pytester):
    done = run(AT_THIRD_RUN.replace("HOW", "raise KeyboardInterrupt"))
    assert done.status == 2
    assert done.found == {}
    assert torn(pytester) == "down True True"
    assert "INTERNALERROR" not in done.out + done.err


def test_a_real_signal(run, pytester):
    how = "import os, signal; os.kill(os.getpid(), signal.SIGINT); sum(range(100000))"
    done = run(AT_THIRD_RUN.replace("HOW", how))
    assert done.status == 2
    assert torn(pytester) == "down True True"


def test_pytest_exit(run, pytester):
    done = run(AT_THIRD_RUN.replace("HOW", "pytest.exit('enough', returncode=7)"))
    assert done.status == 7
    assert torn(pytester) == "down True True"


def test_a_timeout_fails_the_test_and_the_session_goes_on(run, pytester):
    # Named as the plugin whose signal handler raises it.
    (pytester.path / "pytest_timeout.py").write_text(
        "import pytest\ndef handler():\n    pytest.fail('Timeout (>1.0s)')\n"
    )
    how = "import pytest_timeout; pytest_timeout.handler()"
    done = run(AT_THIRD_RUN.replace("HOW", how))
    done.result.assert_outcomes(failed=1, passed=1)
    assert "Timeout (>1.0s)" in done.out
    assert done.verdict("test_next") == "clean"
    assert torn(pytester) == "down True True"


def test_interrupted_between_set_up_and_body(run, pytester):
    source = AT_THIRD_RUN.replace("def each():\n", "def each():\n    UP.append(1)\n    HOW\n")
    source = source.replace("        HOW\ndef test_next", "        pass\ndef test_next")
    source = source.replace("HOW", "if len(UP) == 4: raise KeyboardInterrupt").replace(
        "RUNS = []", "RUNS = []\nUP = []"
    )
    done = run(source)
    assert done.status == 2
    assert torn(pytester) == "down True True"
    assert "INTERNALERROR" not in done.out + done.err
