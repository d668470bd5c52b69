# SPDX-License-Identifier: MIT
"""Fresh processes: hooks, trackers and heaps of one measurement must not meet the next one.

`in_child("tests.bench.mark", "one_process", sites=100)` calls that function in a new interpreter
of the same version and returns what it returned, by way of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.figures import BenchError

_MARK = "bench-answer:"


def in_child(module: str, function: str, /, **arguments: Any) -> Any:
    """The function's answer from a process of its own.

    Raises:
        BenchError: the process failed; with the last line that it wrote.
    """
    # The same hashes everywhere: the order of sets and dicts is part of the workload.
    env = dict(os.environ, PYTHONHASHSEED="0")
    env.pop("PYTHONMALLOC", None)
    env.pop("PYTHONTRACEMALLOC", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.child", module, function, json.dumps(arguments)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        if line.startswith(_MARK):
            return json.loads(line.removeprefix(_MARK))
    said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
    raise BenchError(f"{module}.{function}({arguments}) exited {done.returncode}: {said[-1]}")


def pytest_in(folder: str, answer: str, /, *options: str) -> Any:
    """What the tests of a folder leave in its file `answer`, by a pytest with leakcheck alone.

    Raises:
        BenchError: a test failed, or there is no answer; with the last line that pytest wrote.
    """
    path = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    env = dict(os.environ, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONHASHSEED="0")
    env["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    arguments = ["-q", "-p", "leakcheck.plugin", "-p", "no:cacheprovider", "--rootdir=."]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, *options],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    file = Path(folder, answer)
    if done.returncode or not file.is_file():
        said = (done.stdout + done.stderr).strip().splitlines() or ["nothing"]
        raise BenchError(f"pytest exited {done.returncode}: {said[-1]}")
    return json.loads(file.read_text(encoding="utf-8"))


def main() -> None:
    """One call, in this process."""
    module, function, arguments = sys.argv[1:]
    answer = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    print(_MARK + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
