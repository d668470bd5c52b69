# SPDX-License-Identifier: MIT
"""Run one scenario under one tool in this process, and write what the tool said as JSON.

Run by file name in the environment of a case, which has the tools but nothing of the repository:
`python -P drive.py TOOL SCENARIO.py OUT.json RUNS`. Each tool is used as its manual says; what of
its output counts as a finding is said at its function.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import io
import json
import linecache
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM_UP = 50
MAX_TIME = 30.0

Scenario = Callable[[], object]


def load(path: Path) -> Scenario:
    """The function to call."""
    spec = importlib.util.spec_from_file_location("scenario", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["scenario"] = module
    spec.loader.exec_module(module)
    body: Scenario = module.scenario
    return body


def loop(scenario: Scenario, runs: int) -> None:
    """So many runs, and what only waits for the collector is gone."""
    for _ in range(runs):
        scenario()
    for _ in range(3):
        gc.collect()
    sys._clear_type_cache()


def frame(file: str, line: int, function: str) -> dict[str, Any]:
    """A frame as plain data."""
    text = linecache.getline(file, line).strip()
    return {"file": file, "function": function, "line": line, "text": text}


def plain(scenario: Scenario, runs: int) -> dict[str, Any]:
    """No tool of its own: one watches from outside, or the time is what is asked for."""
    loop(scenario, WARM_UP + runs)
    return {}


def leakcheck(scenario: Scenario, runs: int) -> dict[str, Any]:
    """As `leakcheck run --native` checks it; a finding is the verdict LEAK."""
    from leakcheck.config import Settings
    from leakcheck.measure import protocol
    from leakcheck.probes.native import with_native
    from leakcheck.probes.preload import ensure_listening

    ensure_listening()
    result = protocol.check_callable(scenario, with_native(Settings(max_time=MAX_TIME)))
    sites = []
    for site in result.sites:
        if site.grows:
            places = [frame(one.file, one.line, one.function) for one in site.frames if one.file]
            native = [[function_of(one), one.library] for one in reversed(site.native_frames)]
            sites.append({"blocks": site.blocks, "frames": places, "native": native})
    counted = [count.frame for count in result.counts if count.frame is not None]
    sites += [{"blocks": 0, "frames": [frame(one.file, one.line, one.function)]} for one in counted]
    return {
        "found": bool(result.verdict.leaks),
        "said": str(result.verdict.value),
        "sites": sites,
        "runs": result.runs,
    }


def function_of(one: Any) -> str:
    """Its name, or its place in the library where that has no names."""
    return one.function or f"+{one.offset:#x} in {Path(one.library).name}"


def memray(scenario: Scenario, runs: int) -> dict[str, Any]:
    """Native traces and Python's allocators; a finding is a stack that left a block every other run."""
    from memray import FileReader, Tracker

    loop(scenario, WARM_UP)
    with tempfile.TemporaryDirectory() as folder:
        records = f"{folder}/records"
        with Tracker(records, native_traces=True, trace_python_allocators=True):
            loop(scenario, runs)
        sites = []
        with FileReader(records) as reader:
            for one in reader.get_leaked_allocation_records(merge_threads=True):
                if one.n_allocations * 2 < runs:
                    continue
                stack = [frame(file, line, name) for name, file, line in one.stack_trace()]
                native = [[name, file] for name, file, _ in one.native_stack_trace()]
                sites.append({"blocks": one.n_allocations, "frames": stack, "native": native})
    return {"found": bool(sites), "sites": sites, "runs": runs}


def psleak(scenario: Scenario, runs: int) -> dict[str, Any]:
    """A test case as its manual has it; a finding is a MemoryLeakError."""
    import psleak as tool

    class Case(tool.MemoryLeakTestCase):  # type: ignore[misc]
        def test_scenario(self) -> None:
            self.execute(scenario)

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            Case("test_scenario").debug()
        except tool.MemoryLeakError as error:
            return {"found": True, "said": str(error).splitlines()[0], "sites": []}
        except tool.Error as error:
            return {"found": False, "said": type(error).__name__, "sites": []}
    return {"found": False, "sites": []}


TOOLS = {one.__name__: one for one in (plain, leakcheck, memray, psleak)}


def main(arguments: list[str]) -> None:
    """Load, run, write."""
    tool, scenario, out, runs = arguments
    told = TOOLS[tool](load(Path(scenario)), int(runs))
    Path(out).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
