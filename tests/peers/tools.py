# SPDX-License-Identifier: MIT
"""Starting each tool on a case, and reading what it said: found, line, native function, time."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from tests.corpus import places
from tests.corpus.judge import matches

if TYPE_CHECKING:
    from tests.corpus.cases import Target

DRIVE = Path(__file__).with_name("drive.py")
NEEDS = ("memray", "psleak", "psutil", "--no-binary=psleak")
"""Installed beside the package of a case; psleak has no wheel."""
TOOLS = ("leakcheck", "memray", "valgrind", "psleak")
RUNS = 200
"""Of a scenario, where a tool does not choose them itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool said of a cell.

    Attributes:
        found: it says that memory leaks; None where it gave no answer.
        line: a Python line that it names is a right one; None where it names none or found nothing.
        native: the library's own function that it names; empty without one.
        seconds: wall time of its process, or of both where it needs two.
        note: why there is no answer.
    """

    found: bool | None
    line: bool | None
    native: str
    seconds: float
    note: str = ""


def environment(target: Target) -> Path:
    """The interpreter of the cell's environment, tools included; PlaceError if it can't be made."""
    return places.venv(
        target.on,
        (*target.requirements, *NEEDS),
        name=f"peers-{target.case.name}-{target.role}",
        sdist=bool(target.case.about.get("allow_sdist")),
    )


def ask(tool: str, target: Target, executable: Path, timeout: float) -> Answer:
    """The answer of one tool for one cell."""
    if tool == "valgrind":
        return _valgrind(target, executable, timeout)
    variables = {"PYTHONMALLOC": "malloc"} if tool == "psleak" else {}
    if tool == "leakcheck":
        library = places.build(target.on)
        (shim,) = (library / "leakcheck").glob("_shim.*.so")
        variables = {"PYTHONPATH": str(library), "LD_PRELOAD": str(shim)}
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "answer.json")
        scenario = target.case.folder / "scenario.py"
        command = [executable, "-P", DRIVE, tool, scenario, out, str(RUNS)]
        error = _run([str(part) for part in command], variables, timeout)
        seconds = time.perf_counter() - began
        if error or not out.is_file():
            return Answer(None, None, "", seconds, error or "no answer")
        told = json.loads(out.read_text(encoding="utf-8"))
    return _answer(target, told, seconds)


def _answer(target: Target, told: dict[str, Any], seconds: float) -> Answer:
    if not told["found"]:
        return Answer(
            found=False, line=None, native="", seconds=seconds, note=str(told.get("said", ""))
        )
    frames = [frame for site in told["sites"] for frame in site["frames"]]
    spots = target.case.spots
    line = any(matches(frame, spot) for frame in frames for spot in spots) if frames else None
    native = (_own(site.get("native", [])) for site in told["sites"])
    name = next((name for name in native if name), "")
    return Answer(found=True, line=line, native=name, seconds=seconds)


FOREIGN = re.compile(
    r"^(Objects|Python|Modules|Parser|\./Include|malloc|\./malloc|\./nptl|\./elf|\./csu|\.\./)"
    r"|/(libpython3|libc\.|libc-|ld-linux|libffi|libgcc|libstdc\+\+|vgpreload|_shim|memray|psleak)"
    r"|/bin/python"
)
"""Sources and files of the interpreter, the C library and the tools."""


def _own(stack: list[list[str]]) -> str:
    """The innermost function of another library than those: the package's, or one it brings."""
    for name, file in stack:
        if file and not FOREIGN.search(file) and not name.startswith(("<", "???", "__libc")):
            return name.partition("(")[0]
    return ""


def _run(command: list[str], variables: dict[str, str], timeout: float) -> str:
    """Empty when the process ended well, else why not."""
    env = dict(os.environ, PYTHONNOUSERSITE="1", PYTHONDONTWRITEBYTECODE="1")
    for name in ("PYTHONMALLOC", "PYTHONTRACEMALLOC", "PYTHONHOME", "PYTHONPATH", "LD_PRELOAD"):
        env.pop(name, None)
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=env | variables,
        start_new_session=True,
    )
    try:
        _, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"no answer in {timeout:g} s"
    if process.returncode == 0:
        return ""
    last = next((line for line in reversed(errors.splitlines()) if line.strip()), "")
    return f"exit {process.returncode}: {last}"


def _valgrind(target: Target, executable: Path, timeout: float) -> Answer:
    """Memcheck on the plain loop, once short and once longer.

    The interpreter leaves thousands of blocks behind by itself; a finding is a stack that left a
    block more for every other run that was added.
    """
    if shutil.which("valgrind") is None:
        return Answer(None, None, "", 0.0, "valgrind is not installed")
    began = time.perf_counter()
    counts: list[Counter[tuple[tuple[str, str], ...]]] = []
    for runs in (RUNS // 4, RUNS // 4 + RUNS):
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.xml")
            command = [
                *("valgrind", "--leak-check=full", "--show-leak-kinds=all", "--num-callers=12"),
                *("--xml=yes", f"--xml-file={report}", str(executable), "-P", str(DRIVE), "plain"),
                *(str(target.case.folder / "scenario.py"), f"{folder}/answer.json", str(runs)),
            ]
            error = _run(command, {"PYTHONMALLOC": "malloc"}, timeout)
            if error or not report.is_file():
                seconds = time.perf_counter() - began
                return Answer(None, None, "", seconds, error or "no report")
            counts.append(_left(report))
    seconds = time.perf_counter() - began
    short, longer = counts
    grew = [stack for stack, count in longer.items() if (count - short[stack]) * 2 >= RUNS]
    names = (_own([[name, file] for name, file in stack]) for stack in grew)
    return Answer(bool(grew), None, next((name for name in names if name), ""), seconds)


def _left(report: Path) -> Counter[tuple[tuple[str, str], ...]]:
    """Blocks that were left, by the stack that took them: names and files, innermost first."""
    found: Counter[tuple[tuple[str, str], ...]] = Counter()
    for error in ET.parse(report).getroot().iter("error"):
        blocks = error.findtext("xwhat/leakedblocks")
        stack = error.find("stack")
        if blocks is not None and stack is not None:
            frames = [
                (frame.findtext("fn") or "<unknown>", frame.findtext("obj") or "")
                for frame in stack.iter("frame")
            ]
            found[tuple(frames)] += int(blocks)
    return found
