# SPDX-License-Identifier: MIT
"""Where the truth tables find interpreters, environments and a build of leakcheck."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in", "csrc", "leakcheck")
PIP_SECONDS = 900
BUILD_NEEDS = ("setuptools>=77", "wheel")


class PlaceError(Exception):
    """An interpreter, an environment or a build is missing; the message says which."""


@dataclass(frozen=True, slots=True)
class Python:
    """One interpreter on this machine: its full version and where it is."""

    version: str
    executable: Path

    @property
    def minor(self) -> str:
        """Such as "3.12"."""
        return minor(self.version)

    @property
    def tag(self) -> str:
        """Such as "cp312", for directory names."""
        return "cp" + self.minor.replace(".", "")


def minor(version: str) -> str:
    """The first two parts of a version."""
    return ".".join(version.split(".")[:2])


def _candidates(wanted: str) -> list[Path]:
    """Interpreters that may be of the wanted minor version, the likeliest first."""
    found = []
    for folder in os.environ.get("LEAKCHECK_PYTHONS", "").split(os.pathsep):
        if folder:
            found.append(Path(folder) / "bin" / f"python{wanted}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    if pyenv.is_dir():
        found += [p / "bin" / "python" for p in sorted(pyenv.glob(wanted + ".*"), reverse=True)]
    if minor(sys.version.split()[0]) == wanted:
        found.append(Path(sys.executable))
    on_path = shutil.which(f"python{wanted}")
    if on_path:
        found.append(Path(on_path))
    return found


@cache
def python(version: str) -> Python | None:
    """The interpreter here whose major and minor version are those asked for, or None."""
    wanted = minor(version)
    for path in _candidates(wanted):
        if not path.exists():
            continue
        told = subprocess.run(
            [path, "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if told.returncode == 0 and minor(told.stdout.strip()) == wanted:
            return Python(told.stdout.strip(), path)
    return None


def work_folder(name: str) -> Path:
    """A folder under the cache: $LEAKCHECK_CORPUS_CACHE, or build/ of the repository."""
    base = os.environ.get("LEAKCHECK_CORPUS_CACHE")
    folder = (Path(base) if base else ROOT / "build") / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(command: list[str | Path], what: str, cwd: Path | None = None) -> None:
    """Run one command; PlaceError with the errors in its output if it fails."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PIP_SECONDS,
        cwd=cwd,
        check=False,
    )
    if done.returncode:
        told = re.sub(r" \(from versions: [^)]*\)", "", done.stdout)  # pip's list of all releases
        lines = [line.strip() for line in told.splitlines() if line.strip()]
        tail = [line for line in lines if "error:" in line.lower()][:3] or lines[-3:]
        raise PlaceError(f"{what} failed: " + " / ".join(tail))


def venv(
    on: Python, requirements: tuple[str, ...], *, name: str | None = None, sdist: bool = False
) -> Path:
    """The interpreter of an environment with exactly these requirements, made when missing.

    A failed installation is remembered with its reason, so that a table can be resumed; delete
    the folder to try again.

    Raises:
        PlaceError: the requirements can't be installed; the message is pip's last lines.
    """
    label = name or "-".join(r.replace("==", "-") for r in requirements) or "plain"
    folder = work_folder("corpus-venvs") / f"{on.tag}-{label}"
    executable = folder / "bin" / "python"
    ready, failed = folder / ".ready", folder / ".failed"
    wanted = "\n".join((on.version, *requirements)) + "\n"
    if ready.is_file() and ready.read_text() == wanted:
        return executable
    if failed.is_file() and failed.read_text().startswith(wanted):
        raise PlaceError(failed.read_text()[len(wanted) :].strip())
    shutil.rmtree(folder, ignore_errors=True)
    run([on.executable, "-m", "venv", folder], f"making the environment {folder.name}")
    if requirements:
        binary = [] if sdist else ["--only-binary", ":all:"]
        try:
            run(
                [executable, "-m", "pip", "install", "-q", *binary, *requirements],
                f"installing {' '.join(requirements)} on {on.version}",
            )
        except (PlaceError, subprocess.TimeoutExpired) as error:
            failed.write_text(wanted + str(error) + "\n")
            raise PlaceError(str(error)) from error
    ready.write_text(wanted)
    return executable


@cache
def fingerprint() -> str:
    """A short name of the sources that a build of leakcheck depends on."""
    digest = hashlib.sha256()
    for name in SOURCES:
        top = ROOT / name
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in files:
            if path.is_file() and path.suffix in {".c", ".h", ".py", ".pyi", ".toml", ".typed"}:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def build(on: Python) -> Path:
    """A folder to put on PYTHONPATH that holds leakcheck built for this interpreter.

    The sources are copied first, so that a build never meets another one in the tree, and
    each state of the sources has a folder of its own, so that a running table keeps its build.

    Raises:
        PlaceError: leakcheck can't be built; the message is the compiler's last lines.
    """
    folder = work_folder("corpus-lib") / f"{on.tag}-{fingerprint()}"
    stamp = folder / ".built"
    wanted = f"{on.version} {fingerprint()}\n"
    if stamp.is_file() and stamp.read_text() == wanted:
        return folder
    builder = venv(on, BUILD_NEEDS, name="builder")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "source"
        copy.mkdir()
        for name in SOURCES:
            top = ROOT / name
            if top.is_dir():
                shutil.copytree(
                    top, copy / name, ignore=shutil.ignore_patterns("*.so", "__pycache__")
                )
            elif top.is_file():
                shutil.copy(top, copy / name)
        shutil.rmtree(folder, ignore_errors=True)
        run(
            [
                *(builder, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"),
                *("--target", folder, "."),
            ],
            f"building leakcheck for {on.version}",
            cwd=copy,
        )
    stamp.write_text(wanted)
    return folder
