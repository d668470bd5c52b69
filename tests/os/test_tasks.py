# SPDX-License-Identifier: MIT
"""The number of threads is that of the folder in which the system lists them."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
from pathlib import Path

import pytest

FOLDER = Path("/proc/self/task")
SOURCES = Path(__file__).resolve().parents[2] / "csrc" / "os"


def counting(folder: Path, source: str) -> ctypes.CDLL:
    """One way to count, by itself."""
    made = folder / "tasks.so"
    command = ["gcc", "-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror", "-shared"]
    subprocess.run([*command, "-fPIC", "-o", made, SOURCES / source], check=True)
    return ctypes.CDLL(str(made))


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is Linux's")
def test_threads_are_counted_as_the_system_lists_them(tmp_path: Path) -> None:
    library = counting(tmp_path, "tasks_linux.c")
    go = threading.Event()
    more = [threading.Thread(target=go.wait) for _ in range(3)]
    before = library.lc_tasks_count()
    assert before == len(list(FOLDER.iterdir())) >= 1
    for thread in more:
        thread.start()
    assert library.lc_tasks_count() == len(list(FOLDER.iterdir())) == before + 3
    go.set()
    for thread in more:
        thread.join()


def test_elsewhere_the_number_is_not_known(tmp_path: Path) -> None:
    assert counting(tmp_path, "tasks_none.c").lc_tasks_count() == -1
