# SPDX-License-Identifier: MIT
"""Bodies that fork, start, wait for and outlive processes and threads."""

import textwrap

import pytest

pytest_plugins = ["pytester"]

CLEAN = {
    "forks a child that ends": """
        import os
        def test_it():
            child = os.fork()
            if child == 0: os._exit(0)
            os.waitpid(child, 0)
    """,
    "forks a child that allocates": """
        import os
        def test_it():
            child = os.fork()
            if child == 0:
                kept = [object() for _ in range(10_000)]
                os._exit(0)
            os.waitpid(child, 0)
    """,
    "executes a program": """
        import subprocess
        def test_it(): subprocess.run(['true'], check=True)
    """,
    "replaces a child by a program": """
        import os
        def test_it():
            child = os.fork()
            if child == 0: os.execv('/bin/true', ['true'])
            os.waitpid(child, 0)
    """,
    "uses multiprocessing": """
        import multiprocessing, warnings
        def work(): pass
        def test_it():
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                one = multiprocessing.get_context('fork').Process(target=work)
                one.start()
                one.join()
                one.close()
    """,
    "becomes a daemon in a child": """
        import os
        def test_it():
            child = os.fork()
            if child == 0:
                os.setsid()
                if os.fork() == 0: os._exit(0)
                os._exit(0)
            os.waitpid(child, 0)
    """,
    "starts a thread once that goes on": """
        import threading, time
        STARTED = []
        def test_it():
            if not STARTED:
                one = threading.Thread(target=time.sleep, args=(3600,), daemon=True)
                STARTED.append(one)
                one.start()
    """,
    "starts and joins threads": """
        import threading
        def test_it():
            some = [threading.Thread(target=sorted, args=([3, 1],)) for _ in range(4)]
            for one in some: one.start()
            for one in some: one.join()
    """,
}


@pytest.mark.parametrize("what", CLEAN)
def test_a_body_that(faulty, what):
    found = faulty(textwrap.dedent(CLEAN[what]))
    assert found.verdict("test_it") in ("clean", "cache"), found.out


def test_a_thread_that_allocates_beside_the_test_makes_no_leak_of_it(faulty):
    found = faulty("""
import threading, time
def work():
    while True:
        [object() for _ in range(50)]
        time.sleep(0.001)
STARTED = []
def test_it():
    if not STARTED:
        one = threading.Thread(target=work, daemon=True)
        STARTED.append(one)
        one.start()
""")
    assert found.verdict("test_it") in ("clean", "inconclusive"), found.out


def test_a_child_that_comes_back_into_the_loop_fails_there_and_not_here(faulty):
    found = faulty(
        """
import os
RUNS = [0]
def test_it():
    RUNS[0] += 1
    if RUNS[0] == 3:
        os.fork()
""",
        ends=True,
    )
    assert "forked" in found.out + found.err, found.out
    assert found.verdict("test_it") in ("clean", "not measured")


def test_threads_left_in_each_run_are_a_leak(faulty):
    found = faulty(
        """
import threading
END = threading.Event()
def test_it(): threading.Thread(target=END.wait, daemon=True).start()
""",
        "--leakcheck-max-time=20",
    )
    assert found.verdict("test_it") in ("leak", "inconclusive"), found.out


@pytest.mark.parametrize("library", ["greenlet", "gevent"])
def test_switching_stacks(faulty, library):
    pytest.importorskip(library)
    bodies = {
        "greenlet": "import greenlet\ndef test_it(): greenlet.greenlet(sorted).switch([3, 1])",
        "gevent": "import gevent\ndef test_it(): gevent.spawn(sorted, [3, 1]).join()",
    }
    found = faulty(bodies[library])
    assert found.verdict("test_it") == "clean", found.out
