# SPDX-License-Identifier: MIT
"""A sampler that sees nothing stops the session with status 4, its reason and what to do."""

import pytest

pytest_plugins = ["pytester"]

PASSES = "def test_it(): pass"
MARKED = f"import pytest\n@pytest.mark.leakcheck\n{PASSES}"
XDIST = ("xdist.plugin", "xdist.looponfail")

FAILED = "leakcheck's self-check failed"

TAKES_HOOKS_OUT = """
import ctypes, gc
class Allocator(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in "ctx malloc calloc realloc free".split()]
usual = []
for domain in (1, 2):
    usual.append((domain, Allocator()))
    ctypes.pythonapi.PyMem_GetAllocator(domain, ctypes.byref(usual[-1][1]))
real = gc.collect
def collect():
    for domain, allocator in usual:
        ctypes.pythonapi.PyMem_SetAllocator(domain, ctypes.byref(allocator))
    return real()
gc.collect = collect
"""

# Each is a plugin that makes the sampler blind, and what must be said. Not a conftest.py: the sampler is
# loaded before that.
PLANTED = {
    "a counter that stands still": (
        "import sys\nsys.getallocatedblocks = lambda: 1000\n",
        f"{FAILED}, so nothing it says here could be trusted: a planted live block is not seen",
    ),
    "another tool that takes the hooks out": (
        TAKES_HOOKS_OUT,
        "a planted live block is judged",
    ),
    "a build that does not fit": (
        "from leakcheck import _core\n_core.self_test = lambda: 'a frame has another size'\n",
        "does not fit this interpreter",
    ),
    "tracemalloc": (
        "import tracemalloc\ntracemalloc.start()\n",
        "tracemalloc is on",
    ),
    "a free-threaded build": (
        "import sys, sysconfig\nsysconfig.get_config_vars()\nsys.abiflags = 't'\n",
        "is a free-threaded build",
    ),
    "another interpreter": (
        # Without what PyPy has not.
        "import gc, sys\nsys.implementation.name = 'pypy'\ndel gc.is_tracked, sys.getallocatedblocks\n",
        "measures CPython only; this is pypy",
    ),
    "a pytest that does not fit": (
        "from _pytest import runner\ndel runner.SetupState.teardown_exact\n",
        "it has no SetupState.teardown_exact",
    ),
}
BLINDED = ("-p", "planted")
STOPS = "another interpreter"  # also for the sake of one marked test: nothing can be loaded
MEASURING = [kind for kind in PLANTED if "pytest" not in kind and kind != STOPS]


@pytest.mark.parametrize("kind", PLANTED)
def test_the_session_stops_before_the_first_test(run, pytester, kind):
    plugin, says = PLANTED[kind]
    (pytester.path / "planted.py").write_text(plugin)
    done = run(PASSES, *BLINDED)
    assert done.status == 4
    assert says in done.err
    assert "Traceback" not in done.err
    assert done.found == {}
    assert "passed" not in done.out


def test_another_interpreter_stops_a_session_for_one_marked_test_too(run, pytester):
    plugin, says = PLANTED[STOPS]
    (pytester.path / "planted.py").write_text(plugin)
    done = run(MARKED, *BLINDED, flag=False)
    assert done.status == 4
    assert says in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("kind", MEASURING)
def test_a_marked_test_fails_with_the_sentence(run, pytester, kind):
    plugin, says = PLANTED[kind]
    (pytester.path / "planted.py").write_text(plugin)
    done = run(MARKED, *BLINDED, flag=False)
    assert done.status == 1
    done.result.assert_outcomes(failed=1)
    assert says in done.out
    assert done.found == {}


def test_without_the_terminal_plugin(run, pytester):
    (pytester.path / "planted.py").write_text(PLANTED["a counter that stands still"][0])
    done = run(PASSES, *BLINDED, "-p", "no:terminal")
    assert done.status == 4
    assert FAILED in done.err


def test_a_blind_xdist_controller_starts_no_worker(run, pytester):
    pytest.importorskip("xdist")
    (pytester.path / "planted.py").write_text(PLANTED["a counter that stands still"][0])
    done = run(PASSES, *BLINDED, "-n1", plugins=XDIST)
    assert done.status == 4
    assert FAILED in done.err
    assert "passed" not in done.out


def test_a_blind_xdist_worker_runs_no_test_and_says_why(run, pytester):
    pytest.importorskip("xdist")
    (pytester.path / "planted.py").write_text(
        "import os, sys\n"
        "if 'PYTEST_XDIST_WORKER' in os.environ:\n"
        "    sys.getallocatedblocks = lambda: 1000\n"
    )
    done = run(PASSES, *BLINDED, "-n1", plugins=XDIST)
    assert done.status == 4
    assert FAILED in done.out
    assert "`python -m leakcheck doctor`" in done.out
    assert done.found == {}
    done.result.assert_outcomes(errors=1)


def test_a_session_that_measures_nothing_plants_nothing(run, pytester):
    (pytester.path / "planted.py").write_text(PLANTED["a counter that stands still"][0])
    done = run(PASSES, *BLINDED, flag=False)
    assert done.status == 0
    done = run(PASSES, *BLINDED, "--collect-only")
    assert done.status == 0
