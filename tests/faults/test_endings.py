# SPDX-License-Identifier: MIT
"""Whatever ends a session, in whichever phase: it ends at once, and as without leakcheck."""

import signal

import pytest

RUN = {  # The run, counted from the test's own, in which it happens, and the phase it is in.
    "the test's own run": 1,
    "the warm-up": 2,
    "the screen": 5,
    "the first trace": 40,
    "the confirmation": 400,
}
LEAKING = """
import asyncio, os, signal, sys
import pytest

pytest_plugins = ["pytester"]
RUNS = [0]
KEPT = []
def happens(): {what}
@pytest.fixture
def around():
    {setup}
    yield
    {teardown}
def test_it(around):
    RUNS[0] += 1
    KEPT.append(object())
    {call}
def test_behind(): pass
"""


def source(what, run, phase="call"):
    at = f"RUNS[0] >= {run} and happens()"
    places = {"setup": "pass", "call": "pass", "teardown": "pass", phase: at}
    return LEAKING.format(what=what, **places)


@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
@pytest.mark.parametrize("when", RUN)
def test_ctrl_c(faulty, when, phase):
    found = faulty(source("os.kill(os.getpid(), signal.SIGINT)", RUN[when], phase), ends=True)
    assert found.status == pytest.ExitCode.INTERRUPTED, found.out
    assert "KeyboardInterrupt" in found.out
    assert not any(key.endswith("test_behind") for key in found.found)


@pytest.mark.parametrize("when", RUN)
def test_a_termination(faulty, when):
    found = faulty(source("os.kill(os.getpid(), signal.SIGTERM)", RUN[when]), ends=True)
    assert found.status == -signal.SIGTERM


@pytest.mark.parametrize("when", RUN)
def test_pytest_exit(faulty, when):
    found = faulty(source("pytest.exit('enough', 7)", RUN[when]), ends=True)
    assert found.status == 7
    assert "enough" in found.out


@pytest.mark.parametrize("when", RUN)
def test_an_exit_of_the_process(faulty, when):
    found = faulty(source("os._exit(3)", RUN[when]), ends=True)
    assert found.status == 3


ENDS = {
    "sys.exit": "sys.exit(3)",
    "a generator's end": "(_ for _ in ()).throw(GeneratorExit)",
    "a cancelled task": "(_ for _ in ()).throw(asyncio.CancelledError)",
}


@pytest.mark.parametrize("what", ENDS)
def test_what_fails_a_test_in_pytest_fails_it(faulty, what):
    found = faulty(source(ENDS[what], RUN["the test's own run"]), ends=True)
    assert found.status == 1
    assert found.result.parseoutcomes() == {"failed": 1, "passed": 1}


@pytest.mark.parametrize("what", ENDS)
@pytest.mark.parametrize("when", list(RUN)[1:])
def test_and_leaves_its_outcome_alone_when_it_is_repeated(faulty, what, when):
    found = faulty(source(ENDS[what], RUN[when]), ends=True)
    assert found.verdict("test_it") == "not measured"
    assert f"fails when repeated (run {RUN[when] - 1})" in found.reason("test_it")
    assert found.result.parseoutcomes() == {"passed": 2}
    assert found.verdict("test_behind") == "clean"


@pytest.mark.parametrize("when", list(RUN)[1:])
def test_a_worker_of_xdist_that_dies(faulty, when):
    pytest.importorskip("xdist")
    found = faulty(source("os._exit(3)", RUN[when]), "-n", "1", plugins=["xdist.plugin"], ends=True)
    assert found.status == 1
    assert "crashed" in found.out
    assert "1 not measured" in found.out
