# SPDX-License-Identifier: MIT
"""Bodies that leave something open at each run, and bodies that only look so."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import queue
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import resource_tracker, shared_memory
from pathlib import Path

resource_tracker.ensure_running()  # A process and a pipe, made once.

Body = Callable[[], object]
Close = Callable[[], object]


@dataclass(frozen=True)
class Leaving:
    """What is left at each run, and which line does it.

    Attributes:
        probe: that must see it.
        body: one run.
        line: the source of the line, as far as it matters.
        units: left at each run.
    """

    probe: str
    body: Body
    line: str
    units: int = 1


def opens_a_file() -> None:
    os.open(os.devnull, os.O_RDONLY)  # left open


def opens_a_pipe_further_down() -> None:
    def pipe() -> None:
        os.pipe()  # left open

    pipe()


def duplicates_a_descriptor() -> None:
    with Path(os.devnull).open() as stream:
        os.dup(stream.fileno())  # left open


def makes_an_epoll() -> None:
    one = select.epoll()
    os.dup(one.fileno())  # left open
    one.close()


def detaches_a_socket() -> None:
    one = socket.socket()
    one.detach()  # nobody closes it now


_RELEASED = threading.Event()
_LEFT = f"leakcheck-left-{os.getpid()}-"  # Other processes run these tests too.
_turn = itertools.count(1000)


def starts_a_thread() -> None:
    one = threading.Thread(target=_RELEASED.wait, name="left", daemon=True)
    one.start()  # never ends


def starts_a_child_and_forgets_it() -> None:
    os.posix_spawn("/bin/true", ["/bin/true"], {})  # nobody waits for it


def leaves_a_temporary_file() -> None:
    handle, _ = tempfile.mkstemp(prefix=_LEFT)  # left there
    os.close(handle)


def leaves_a_temporary_folder() -> None:
    tempfile.mkdtemp(prefix=_LEFT)  # left there


def leaves_a_segment() -> None:
    name = f"{_LEFT}{next(_turn)}"
    one = shared_memory.SharedMemory(name, create=True, size=64)  # never unlinked
    # The tracker would keep its name, in a process of its own; what is left is the same.
    resource_tracker.unregister(one._name, "shared_memory")
    one.close()


DESCRIPTORS = (
    Leaving("descriptors", opens_a_file, "os.open(os.devnull"),
    Leaving("descriptors", opens_a_pipe_further_down, "os.pipe()", 2),
    Leaving("descriptors", duplicates_a_descriptor, "os.dup("),
    Leaving("descriptors", makes_an_epoll, "os.dup("),
    Leaving("sockets", detaches_a_socket, "one = socket.socket()"),
)
OTHERS = (
    Leaving("children", starts_a_child_and_forgets_it, "os.posix_spawn("),
    Leaving("temp-files", leaves_a_temporary_file, "tempfile.mkstemp("),
    Leaving("temp-files", leaves_a_temporary_folder, "tempfile.mkdtemp("),
    Leaving("shared-memory", leaves_a_segment, "shared_memory.SharedMemory("),
)


@contextlib.contextmanager
def closed_again() -> Iterator[None]:
    """What bodies leave inside is gone afterwards."""
    before = _open()
    files = _files()
    _RELEASED.clear()
    try:
        yield
    finally:
        _RELEASED.set()
        for one in threading.enumerate():
            if one.name == "left":
                one.join()
        for number in _open() - before:
            with contextlib.suppress(OSError):
                os.close(number)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        for path in _files() - files:
            path.rmdir() if path.is_dir() else path.unlink()


def _open() -> set[int]:
    return {int(path.name) for path in Path("/proc/self/fd").iterdir()}


def _files() -> set[Path]:
    left = Path(tempfile.gettempdir()).glob(f"{_LEFT}*")
    return {*left, *Path("/dev/shm").glob(f"{_LEFT}*")}


# --- What only looks so ------------------------------------------------------------------------


def pool_of_descriptors(size: int) -> Body:
    """Opens one in each run until there are enough."""
    kept: list[int] = [-1] * size
    turn = itertools.count()

    def body() -> None:
        place = next(turn) % size
        if kept[place] < 0:
            kept[place] = os.open(os.devnull, os.O_RDONLY)

    return body


def uses_and_closes() -> None:
    with Path(os.devnull).open() as stream, socket.socket() as one:
        assert stream.fileno() != one.fileno()
    subprocess.run([sys.executable, "-S", "-c", ""], check=True)
    with tempfile.TemporaryDirectory() as folder:
        assert folder.startswith("/")  # A Path keeps its parts in CPython 3.12.0 to 3.12.6.


def segment_that_is_unlinked() -> None:
    one = shared_memory.SharedMemory(create=True, size=64)
    one.close()
    one.unlink()


def thread_that_is_joined() -> None:
    one = threading.Thread(target=int)
    one.start()
    one.join()


def child_that_is_waited_for() -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["/bin/true"], {}), 0)


def pool_of_threads() -> tuple[Body, Close]:
    """A pool that starts its few threads when they are needed."""
    pool = ThreadPoolExecutor(4)
    done: queue.SimpleQueue[None] = queue.SimpleQueue()

    def body() -> None:
        pool.submit(done.put, None).result()
        done.get()

    return body, pool.shutdown


async def task_that_ends() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(0))
