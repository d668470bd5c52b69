# SPDX-License-Identifier: MIT
"""Running one suite once, and keeping its reports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.corpus import places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.suites.suites import Suite

RECORDER = Path(__file__).with_name("recorder")
NATIVE = "--leakcheck-native"
SDIST_NEEDS = (
    *places.BUILD_NEEDS,
    *("cython", "pybind11", "expandvars", "flit-core", "hatchling", "hatch-vcs"),
    *("hatch-fancy-pypi-readme", "poetry-core", "setuptools-scm", "babel"),
)
"""What the packages' own scripts ask for before they tell their version."""
QUIET = ("-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--color=no")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a whole suite: how it ended, how long it took, every report in order."""

    state: str
    seconds: float
    reports: tuple[dict[str, Any], ...]
    tail: str


def sources(suite: Suite) -> Path:
    """The unpacked sdist, fetched when missing.

    Raises:
        places.PlaceError: there is no sdist, or it holds no tests.
    """
    folder = places.work_folder("suites") / "sdists"
    folder.mkdir(exist_ok=True)
    stem = f"{suite.name.replace('-', '_')}-{suite.version}"
    unpacked = folder / stem
    if not unpacked.is_dir():
        on = places.python("3.13") or places.python("3.12") or places.python("3.11")
        if on is None:
            raise places.PlaceError("no CPython 3.11 to 3.13 to fetch sdists with")
        places.run(
            [
                *(places.venv(on, SDIST_NEEDS, name="sdists"), "-m", "pip", "download", "-q"),
                *("--no-deps", "--no-build-isolation", "--no-binary", ":all:", "-d", folder),
                f"{suite.name}=={suite.version}",
            ],
            f"fetching the sdist of {suite.name}",
        )
        archives = [p for p in folder.glob("*.tar.gz") if p.name.lower() == f"{stem}.tar.gz"]
        if not archives:
            raise places.PlaceError(f"{suite.name} {suite.version} has no sdist of the usual name")
        with tarfile.open(archives[0]) as archive:
            archive.extractall(folder, filter="data")
    if not (unpacked / suite.folder).is_dir():
        raise places.PlaceError(f"the sdist of {suite.name} {suite.version} has no {suite.folder}")
    return unpacked


def _kind(leak_arguments: tuple[str, ...]) -> str:
    if NATIVE in leak_arguments:
        return "native"
    return "leakcheck" if leak_arguments else "plain"


def _place(suite: Suite, executable: Path) -> tuple[Path, tuple[str, ...]]:
    """The folder that pytest is run in, and its arguments that say what is run."""
    if not suite.inside:
        return sources(suite), ("-c", "pyproject.toml", *suite.arguments)
    (packages,) = executable.parents[1].glob("lib/python3*/site-packages")
    tests = packages / suite.inside
    if suite.folder and not tests.is_dir():
        shutil.copytree(sources(suite) / suite.folder, tests)
    scratch = executable.parents[1] / "scratch"
    scratch.mkdir(exist_ok=True)
    chosen = (str(tests / one) if one.endswith(".py") else one for one in suite.arguments)
    return scratch, ("-c", os.devnull, f"--rootdir={packages}", *chosen)


def run(
    suite: Suite,
    on: places.Python,
    leak_arguments: tuple[str, ...],
    repeat: int,
    timeout: float,
    *,
    workers: int = 0,
    under: Sequence[str] = (),
) -> Run:
    """Run the suite, plain when there are no leakcheck arguments.

    Args:
        repeat: 0 in the suite's own order; else the seed of another order, and of the batches.
        workers: of pytest-xdist, in an environment of their own; 0: in one process.
        under: the beginning of a command that runs the rest of it, such as valgrind's.

    Raises:
        places.PlaceError: something that the run needs is missing.
    """
    if workers:
        needed, name = (*suite.requirements, "pytest-xdist"), f"suite-{suite.name}-workers"
    else:
        needed, name = suite.requirements, f"suite-{suite.name}"
    executable = places.venv(on, needed, name=name)
    kind = _kind(leak_arguments)
    folder, chosen = _place(suite, executable)
    record = places.work_folder("suites") / "runs" / f"{suite.name}-{on.tag}-{kind}-{repeat}.jsonl"
    record.parent.mkdir(exist_ok=True)
    record.unlink(missing_ok=True)
    path = [str(RECORDER)]
    if leak_arguments:
        path.append(str(places.build(on)))
    env = dict(os.environ, PYTHONNOUSERSITE="1", PYTHONPATH=os.pathsep.join(path))
    env.update(PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0")
    command = [*under, executable, "-m", "pytest", *QUIET, *chosen, *leak_arguments]
    command += ["-p", "record_plugin", "--record", record, f"--order={repeat}"]
    if leak_arguments:
        command.append(f"--leakcheck-seed={repeat + 1}")
    if workers:
        command += ["-n", str(workers), "--dist", "worksteal"]
    if suite.installed:
        env["PYTHONSAFEPATH"] = "1"
    log = record.with_suffix(".log")
    began = time.perf_counter()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            state = f"exit {process.wait(timeout)}"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            state = f"stopped after {timeout:g} s"
    seconds = time.perf_counter() - began
    rows = record.read_text(encoding="utf-8").splitlines() if record.is_file() else []
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    tail = next((line for line in reversed(lines) if line.strip()), "")
    return Run(state, seconds, tuple(json.loads(row) for row in rows), tail)


def _store(suite: Suite, on: places.Python, kind: str, repeat: int) -> Path:
    name = f"{suite.name}-{on.tag}-{kind}-{repeat}.json"
    return places.work_folder("suites") / "runs" / name


def found(
    suite: Suite, on: places.Python, leak_arguments: tuple[str, ...], repeat: int
) -> Run | None:
    """The run as it was stored last, whatever build of leakcheck made it; None without one."""
    store = _store(suite, on, _kind(leak_arguments), repeat)
    if not store.is_file():
        return None
    kept = json.loads(store.read_text(encoding="utf-8"))
    return Run(kept["state"], kept["seconds"], tuple(kept["reports"]), kept["tail"])


def stored(
    suite: Suite,
    on: places.Python,
    leak_arguments: tuple[str, ...],
    repeat: int,
    timeout: float,
    *,
    fresh: bool,
) -> Run:
    """The run, from the store when the same build and arguments have run to an end before."""
    store = _store(suite, on, _kind(leak_arguments), repeat)
    build = places.fingerprint() if leak_arguments else ""
    key = [on.version, *suite.requirements, *suite.arguments, *leak_arguments, build]
    if store.is_file() and not fresh:
        kept = json.loads(store.read_text(encoding="utf-8"))
        if kept["key"] == key and kept["reports"]:
            return Run(kept["state"], kept["seconds"], tuple(kept["reports"]), kept["tail"])
    done = run(suite, on, leak_arguments, repeat, timeout)
    if done.state.startswith("exit "):
        kept = {
            "key": key,
            "state": done.state,
            "seconds": done.seconds,
            "tail": done.tail,
            "reports": done.reports,
        }
        store.write_text(json.dumps(kept), encoding="utf-8")
    return done
