# SPDX-License-Identifier: MIT
"""Running cells in fresh processes, with a time limit, and keeping their answers."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.corpus import places

if TYPE_CHECKING:
    from tests.corpus.cases import Target

CHILD = Path(__file__).with_name("child.py")


def run_child(
    executable: Path | str,
    scenario: Path,
    *,
    rate: float,
    max_time: float,
    timeout: float,
    library: Path | None,
    native: bool = False,
) -> dict[str, Any]:
    """What the child wrote, or {"state": "crash" | "timeout", "error": ...}.

    With `native` it counts native memory too, by the shim of the build in `library`.
    """
    env = dict(os.environ, PYTHONNOUSERSITE="1", PYTHONDONTWRITEBYTECODE="1")
    for name in ("PYTHONMALLOC", "PYTHONTRACEMALLOC", "PYTHONHOME", "COVERAGE_PROCESS_START"):
        env.pop(name, None)
    if library is not None:
        env["PYTHONPATH"] = str(library)
    if native:
        assert library is not None, "the shim is that of a build"
        (shim,) = (library / "leakcheck").glob("_shim.*")
        env["LD_PRELOAD"] = str(shim)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "answer.json"
        command = [executable, "-P", CHILD, scenario, out, str(rate), str(max_time)]
        command += ["native"] * native
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=env,
            start_new_session=True,
        )
        try:
            _, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return {"state": "timeout", "error": f"no answer in {timeout:g} s"}
        if process.returncode == 0 and out.is_file():
            told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
            return told
    last = next((line for line in reversed(errors.splitlines()) if line.strip()), "")
    if process.returncode < 0:
        last = f"killed by {signal.Signals(-process.returncode).name}: {last}"
    return {"state": "crash", "error": last or f"exit status {process.returncode}"}


def environment(target: Target) -> Path:
    """The interpreter of the cell's environment, made when missing; PlaceError if it can't be."""
    return places.venv(
        target.on, target.requirements, sdist=bool(target.case.about.get("allow_sdist"))
    )


def run_target(
    target: Target, *, max_time: float, timeout: float, fresh: bool, native: bool = False
) -> dict[str, Any]:
    """The answer for one cell, from the store when the same build has answered before."""
    store = places.work_folder("corpus-results") / f"{target.slug}{'--native' * native}.json"
    told_by = hashlib.sha256(CHILD.read_bytes()).hexdigest()[:8]
    key = f"{places.fingerprint()} {told_by} {max_time:g}"
    if store.is_file() and not fresh:
        kept: dict[str, Any] = json.loads(store.read_text(encoding="utf-8"))
        if kept.get("key") == key:
            return kept
    try:
        executable = environment(target)
        library = places.build(target.on)
    except places.PlaceError as error:
        return {"state": "not run", "error": str(error)}
    told = run_child(
        executable,
        target.case.folder / "scenario.py",
        rate=target.rate,
        max_time=max_time,
        timeout=timeout,
        library=library,
        native=native,
    )
    told["key"] = key
    store.write_text(json.dumps(told), encoding="utf-8")
    return told
