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
        child = os.fork()
        if child:
            os.waitpid(child, 0)
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


STACKS = {
    "a greenlet": """
import greenlet
def test_it(): greenlet.greenlet(sorted).switch([3, 1])
""",
    "greenlets that switch to and fro": """
import greenlet
def test_it():
    def other():
        while True: here.switch([object()])
    here = greenlet.getcurrent()
    there = greenlet.greenlet(other)
    for _ in range(20): there.switch()
""",
    "gevent": """
import gevent
def test_it(): gevent.spawn(sorted, [3, 1]).join()
""",
    "gevent in place of threads, locks and sockets": """
from gevent import monkey
monkey.patch_all()
import queue, socket, threading, time
def test_it():
    said = queue.Queue()
    one, other = socket.socketpair()
    def answer():
        time.sleep(0)
        said.put(other.recv(4))
    thread = threading.Thread(target=answer)
    thread.start()
    one.sendall(b"ping")
    thread.join()
    assert said.get() == b"ping"
    one.close()
    other.close()
""",
}
LEAKING_STACKS = {
    "greenlet": "greenlet.greenlet(lambda: KEPT.append(object())).switch()",
    "gevent": "gevent.spawn(lambda: KEPT.append(object())).join()",
}


@pytest.mark.parametrize("what", STACKS)
def test_stacks_that_are_switched_are_clean(faulty, what):
    found = faulty(STACKS[what])
    assert found.verdict("test_it") == "clean", found.out


@pytest.mark.parametrize("library", LEAKING_STACKS)
def test_a_leak_on_a_switched_stack_is_found_at_its_line(faulty, library):
    found = faulty(f"import {library}\nKEPT = []\ndef test_it(): {LEAKING_STACKS[library]}\n")
    assert found.verdict("test_it") == "leak", found.out
    assert "test_it.py:3" in found.out
