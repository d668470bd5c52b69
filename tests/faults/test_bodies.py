# SPDX-License-Identifier: MIT
"""A test body does something to the process: its verdict is right, and so are those behind it."""

import textwrap

import pytest

from tests.faults.conftest import AFTER

pytest_plugins = ["pytester"]

CLEAN = {
    "changes the folder": "import os, tempfile\ndef test_it(tmp_path): os.chdir(tmp_path)",
    "changes to a folder that goes": """
        import os
        def test_it(tmp_path):
            (tmp_path / 'gone').mkdir()
            os.chdir(tmp_path / 'gone')
            (tmp_path / 'gone').rmdir()
            os.chdir('/')
    """,
    "lowers the limit of descriptors": """
        import resource
        def test_it():
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 64), hard))
    """,
    "lowers the recursion limit": """
        import sys
        def test_it(): sys.setrecursionlimit(220)
    """,
    "recurses 2,000 deep": """
        import sys
        def down(n): return n and down(n - 1)
        def test_it():
            sys.setrecursionlimit(10_000)
            assert down(2_000) == 0
    """,
    "runs into the recursion limit": """
        def down(n): return down(n + 1)
        def test_it():
            try: down(0)
            except RecursionError: pass
    """,
    "leaves a trace function": "import sys\ndef test_it(): sys.settrace(lambda *_: None)",
    "leaves a profile function": "import sys\ndef test_it(): sys.setprofile(lambda *_: None)",
    "switches threads all the time": "import sys\ndef test_it(): sys.setswitchinterval(1e-6)",
    "disables the collector": "import gc\ndef test_it(): gc.disable()",
    "collects after each object": "import gc\ndef test_it(): gc.set_threshold(1)",
    "makes cycles with the collector off": """
        import gc
        def test_it():
            gc.disable()
            for _ in range(50):
                one = []
                one.append(one)
    """,
    "replaces the functions of gc": """
        import gc
        def nothing(*_): return 0
        def test_it():
            for name in ('collect', 'freeze', 'unfreeze', 'enable', 'disable'):
                setattr(gc, name, nothing)
            gc.get_objects = gc.get_referents = lambda *_: []
            one = []
            one.append(one)
    """,
    "replaces sys.getallocatedblocks": """
        import sys
        def test_it(): sys.getallocatedblocks = lambda: 0
    """,
    "adds a callback of the collector that raises": """
        import gc
        def bad(phase, info):
            # In each collection, ast.parse of CPython 3.11 fails when pytest prints the error from there.
            if info['generation'] == 2: raise ValueError(phase)
        def test_it():
            if bad not in gc.callbacks: gc.callbacks.append(bad)
    """,
    "replaces the clock": """
        import time
        def test_it(): time.perf_counter = time.monotonic = time.time = lambda: 0.0
    """,
    "breaks the clock": """
        import time
        def bad(): raise OSError('no clock')
        def test_it(): time.perf_counter = time.monotonic = bad
    """,
    "replaces os.getpid": "import os\ndef test_it(): os.getpid = lambda: 1",
    "seeds random": "import random\ndef test_it(): random.seed(3)",
    "breaks random": """
        import random
        def test_it(): random.getstate = random.setstate = random.seed = None
    """,
    "replaces open and print": """
        import builtins
        def test_it(): builtins.open = builtins.print = None
    """,
    "turns warnings into errors": "import warnings\ndef test_it(): warnings.simplefilter('error')",
    "ignores Ctrl-C": """
        import signal
        def test_it(): signal.signal(signal.SIGINT, signal.SIG_IGN)
    """,
    "changes the locale": "import locale\ndef test_it(): locale.setlocale(locale.LC_ALL, 'C')",
    "prints to a closed stream": """
        import io, sys
        def test_it():
            sys.stdout = io.StringIO()
            sys.stdout.close()
    """,
    "takes 50 MB and gives it back": "def test_it(): bytearray(50_000_000)",
    "catches a MemoryError": """
        def test_it():
            try: bytearray(1 << 60)
            except MemoryError: pass
    """,
    "throws a leakcheck module out of sys.modules": """
        import sys
        def test_it(): sys.modules.pop('leakcheck.report.terminal', None)
    """,
    "leaves a generator half-way": """
        def count():
            try: yield 1
            finally: [].append(1)
        def test_it(): next(count())
    """,
    "never awaits a coroutine": """
        import warnings
        async def it(): pass
        def test_it():
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                it()
    """,
    "raises in a finaliser": """
        class Bad:
            def __del__(self): raise ValueError('del')
        def test_it(): Bad()
    """,
    "raises in a weak reference's callback": """
        import weakref
        class Some: pass
        def bad(ref): raise ValueError('callback')
        def test_it():
            one = Some()
            ref = weakref.ref(one, bad)
            del one
    """,
    "raises StopIteration and GeneratorExit inside": """
        import pytest
        def test_it():
            with pytest.raises(StopIteration): next(iter(()))
            with pytest.raises(GeneratorExit): raise GeneratorExit
    """,
    "compiles code of odd names": """
        def test_it():
            exec(compile('x = 1', '<\\x1b[2J\\udc80>', 'exec'), {})
    """,
    "starts a trace of faulthandler": """
        import faulthandler
        def test_it():
            faulthandler.dump_traceback_later(600)
            faulthandler.cancel_dump_traceback_later()
    """,
    "changes the limit of digits": "import sys\ndef test_it(): sys.set_int_max_str_digits(0)",
    "changes the hooks of async generators": """
        import sys
        def test_it(): sys.set_asyncgen_hooks(lambda _: None, lambda _: None)
    """,
}
LEAKS = {
    "saves all garbage": """
        import gc
        def test_it():
            gc.set_debug(gc.DEBUG_SAVEALL)
            one = []
            one.append(one)
            gc.collect()
            gc.set_debug(0)
    """,
    "comes back from the dead": """
        BACK = []
        class Back:
            def __del__(self): BACK.append(self)
        def test_it(): Back()
    """,
    "registers an exit": "import atexit\ndef test_it(): atexit.register(print, object())",
    "leaks behind a fault": """
        import gc, sys, time
        KEPT = []
        def test_it():
            gc.disable()
            sys.settrace(lambda *_: None)
            time.perf_counter = lambda: 0.0
            KEPT.append(object())
    """,
    "leaks in a deep recursion": """
        import sys
        KEPT = []
        def down(n):
            if n: return down(n - 1)
            KEPT.append(object())
        def test_it():
            sys.setrecursionlimit(10_000)
            down(1_500)
    """,
    "leaks in generated code": """
        KEPT = []
        def test_it(): exec('KEPT.append(object())', {'KEPT': KEPT})
    """,
}
REFUSED = {
    "fails the second time": "fails when repeated (run 1)",
    "skips itself the second time": "skips itself when repeated",
    "can't be torn down the third time": "fails when repeated in its tear-down",
    "can't be set up the second time": "fails when repeated in its set-up",
}
ONLY_ONCE = {
    "fails the second time": """
        RUNS = []
        def test_it():
            RUNS.append(1)
            assert len(RUNS) == 1
    """,
    "skips itself the second time": """
        import pytest
        RUNS = []
        def test_it():
            RUNS.append(1)
            if len(RUNS) > 1: pytest.skip('once')
    """,
    "can't be torn down the third time": """
        import pytest
        RUNS = []
        @pytest.fixture
        def once():
            yield
            RUNS.append(1)
            assert len(RUNS) != 3
        def test_it(once): pass
    """,
    "can't be set up the second time": """
        import pytest
        RUNS = []
        @pytest.fixture
        def once():
            RUNS.append(1)
            assert len(RUNS) == 1
        def test_it(once): pass
    """,
}


@pytest.mark.parametrize("what", CLEAN)
def test_a_clean_body(faulty, what):
    found = faulty(textwrap.dedent(CLEAN[what]))
    assert found.verdict("test_it") == "clean", found.out


@pytest.mark.parametrize("what", LEAKS)
def test_a_leaking_body(faulty, what):
    found = faulty(textwrap.dedent(LEAKS[what]))
    assert found.verdict("test_it") == "leak", found.out
    assert found.status == 1


@pytest.mark.parametrize("what", REFUSED)
def test_a_body_that_can_not_be_measured(faulty, what):
    found = faulty(textwrap.dedent(ONLY_ONCE[what]))
    assert found.verdict("test_it") == "not measured", found.out
    assert REFUSED[what] in found.reason("test_it")


def test_a_body_that_passes_for_another_implementation_ends_no_session(faulty):
    found = faulty(
        """
import sys, types
def test_before(): pass
def test_it(monkeypatch):
    monkeypatch.setattr(sys, 'implementation', types.SimpleNamespace(name='pypy'))
"""
    )
    assert found.verdict("test_before") == "clean"
    assert found.verdict("test_it") in ("clean", "not measured"), found.out
    assert found.status == 1  # of the leak behind it


def test_a_body_that_leaves_tracemalloc_on_is_the_last_that_is_measured(faulty):
    found = faulty("import tracemalloc\ndef test_it(): tracemalloc.start()" + AFTER, ends=True)
    assert {one["verdict"] for one in found.found.values()} == {"not measured"}
    assert "call tracemalloc.stop()" in found.reason("test_after_leaks")
    assert found.status == 5
