# SPDX-License-Identifier: MIT
"""The decision machine and the generated processes, compiled to one shared library."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.growth_processes import Part

HERE = Path(__file__).resolve().parent
CORE = HERE.parents[1] / "csrc" / "core"
SOURCES = (
    *(
        CORE / f"{stem}.c"
        for stem in (
            "growth",
            "growth_plan",
            "growth_screen",
            "growth_series",
            "growth_trace",
            "growth_retained",
        )
    ),
    CORE / "mem.c",
    HERE / "growth_levels.c",
    HERE / "growth_chain.c",
)
VERDICTS = ("CLEAN", "LEAK", "INCONCLUSIVE")


class LaboratoryError(Exception):
    """The laboratory can't work; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check said."""

    verdict: str
    suspected: bool
    runs: int


class _Part(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_int32),
        ("a", ctypes.c_double),
        ("b", ctypes.c_double),
        ("c", ctypes.c_double),
        ("d", ctypes.c_double),
    )


class _Answer(ctypes.Structure):
    _fields_ = (
        ("verdict", ctypes.c_int32),
        ("why", ctypes.c_int32),
        ("suspected", ctypes.c_int32),
        ("runs", ctypes.c_int64),
    )


def build(folder: Path) -> Path:
    """Compile the library into the folder.

    Raises:
        LaboratoryError: there is no compiler, or it refuses.
    """
    target = folder / "growth.so"
    compiler = shlex.split(os.environ.get("CC", "cc"))
    flags = ["-std=c11", "-O2", "-fPIC", "-shared", f"-I{CORE}", f"-I{HERE}"]
    command = [*compiler, *flags, "-o", str(target), *map(str, SOURCES), "-lm"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LaboratoryError(
            f"there is no C compiler {compiler[0]!r}; install one, or name it in CC"
        ) from None
    if done.returncode != 0:
        raise LaboratoryError(f"{shlex.join(command)} failed:\n{done.stderr}")
    return target


def salt(name: str) -> int:
    """What a process's own name adds to each seed, so that no two draw the same numbers."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])


def _c_parts(parts: Sequence[Part]) -> ctypes.Array[_Part]:
    return (_Part * len(parts))(*(_Part(p.kind, p.a, p.b, p.c, p.d) for p in parts))


class Levels:
    """One process, run by run."""

    def __init__(self, library: ctypes.CDLL, parts: Sequence[Part], seed: int) -> None:
        """Draw it; no run is done yet."""
        self._library = library
        self._process = library.growth_levels_new(_c_parts(parts), len(parts), seed)
        if not self._process:
            raise LaboratoryError(f"no process can be made of {parts}")

    def after(self, runs: int) -> int:
        """Does that many runs; the level after them."""
        return int(self._library.growth_levels_after(self._process, runs))

    def close(self) -> None:
        """Gives the memory back."""
        self._library.growth_levels_free(self._process)
        self._process = None


class Driver:
    """The compiled library."""

    def __init__(self, path: Path) -> None:
        """Load what `build` made."""
        library = ctypes.CDLL(str(path))
        library.growth_levels_new.restype = ctypes.c_void_p
        library.growth_levels_new.argtypes = (
            ctypes.POINTER(_Part),
            ctypes.c_int32,
            ctypes.c_uint64,
        )
        library.growth_levels_free.restype = None
        library.growth_levels_free.argtypes = (ctypes.c_void_p,)
        library.growth_levels_after.restype = ctypes.c_int64
        library.growth_levels_after.argtypes = (ctypes.c_void_p, ctypes.c_int64)
        library.growth_chain_judge.restype = ctypes.c_int32
        library.growth_chain_judge.argtypes = (
            ctypes.POINTER(_Part),
            ctypes.c_int32,
            ctypes.c_double,
            ctypes.c_uint64,
            ctypes.POINTER(ctypes.c_uint64),
            ctypes.c_int32,
            ctypes.c_int64,
            ctypes.POINTER(_Answer),
        )
        library.growth_chain_traced.restype = ctypes.c_int64
        library.growth_chain_traced.argtypes = (ctypes.c_double,)
        self._library = library

    def levels(self, parts: Sequence[Part], seed: int) -> Levels:
        """One process, for a rule that does its own runs."""
        return Levels(self._library, parts, seed)

    def judge(
        self, parts: Sequence[Part], rate: float, name_salt: int, seeds: range, budget: int = 0
    ) -> list[Answer]:
        """One check for each seed, on the process drawn from the salt and that seed.

        Args:
            parts: of the process.
            rate: the declared one.
            name_salt: see `salt`.
            seeds: of the processes, and of the order of the batches.
            budget: runs after which the time is out; 0 for no limit.
        """
        answers = (_Answer * len(seeds))()
        status = self._library.growth_chain_judge(
            _c_parts(parts),
            len(parts),
            rate,
            name_salt,
            (ctypes.c_uint64 * len(seeds))(*seeds),
            len(seeds),
            budget,
            answers,
        )
        if status != 0:
            raise LaboratoryError(f"the machine refuses rate {rate} or the parts {parts}")
        return [Answer(VERDICTS[a.verdict], bool(a.suspected), a.runs) for a in answers]

    def traced(self, rate: float) -> int:
        """N: the runs traced by each check that says LEAK in the end."""
        return int(self._library.growth_chain_traced(rate))
