# SPDX-License-Identifier: MIT
"""Builds the sampler, `leakcheck._core`, and the shim that is preloaded, `_shim`. All else about the package is in pyproject.toml.

Switches, read from the environment:
    LEAKCHECK_COVERAGE=1                    count executed lines for gcov
    LEAKCHECK_SANITIZE=address,undefined    build under these sanitizers
    LEAKCHECK_WERROR=1                      warnings are errors, and csrc/core gets more of them
    LEAKCHECK_MEM=tests/ext/mem_failing.c   link this in place of csrc/core/mem.c: a test's door
Give each flavour its own --build-temp. A build always compiles everything: no object file of
another flavour can slip in.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
from pathlib import Path
from platform import libc_ver

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import PlatformError

ROOT = Path(__file__).resolve().parent
SUPPORTED = ((3, 11), (3, 15))  # first and last CPython with a frame walk in csrc/py

CORE = (
    "mem",
    "pairs",
    "blocks",
    "calltree",
    "ledger",
    "growth",
    "growth_plan",
    "growth_screen",
    "growth_series",
    "growth_trace",
    "growth_retained",
    "spans",
    "recorder",
    "graph",
    "claims",
    "stacks",
)
OS = (
    ("backtrace_unwind", "objects_elf", "tasks_linux")
    if sys.platform == "linux"
    else ("backtrace_unwind", "objects_none", "tasks_none")
)
PY = (
    "pysite",
    "pystack",
    "pyheap",
    "pyloaded",
    "pyfilters",
    "pycaches",
    "pytables",
    "pytrail",
    "pyentry",
    "pyhook",
    "pyrecord",
    "pyloop",
    "pydrive",
    "pycheck",
    "pyresult",
    "pykind",
    "pyedges",
    "pyapart",
    "pysearch",
    "pyholders",
    "pyfresh",
    "pyclaim",
    "pyowners",
    "pycounts",
    "pycrowd",
    "pyending",
    "pyprobes",
    "pyshut",
    "pytally",
    "pynative",
    "module",
)


# What differs between versions of CPython: the first minor version that each file is for.
PY_SINCE = {
    "pyframe": (11, 12, 13, 14, 15),
    "pycode": (11, 12),  # 3.12: code watchers
    "pyfree": (11, 13, 14),
    "pywide": (11, 14),
    "pyrings": (11, 14, 15),
    "pypace": (11, 14),
    "pyintern": (11, 12),
    "pylarge": (11, 12, 13),
    "pyroots": (11, 12, 13, 14),
}


def sources() -> tuple[list[str], list[str]]:
    """Files of csrc/core and csrc/os, and of csrc/py, that make up the sampler for this interpreter."""
    minor = min(max(sys.version_info[:2], SUPPORTED[0]), SUPPORTED[1])[1]
    versioned = [
        f"{stem}_3{max(first for first in since if first <= minor)}"
        for stem, since in PY_SINCE.items()
    ]
    mem = os.environ.get("LEAKCHECK_MEM", "csrc/core/mem.c")
    return (
        [
            *(mem if stem == "mem" else f"csrc/core/{stem}.c" for stem in CORE),
            *(f"csrc/os/{stem}.c" for stem in OS),
        ],
        [f"csrc/py/{stem}.c" for stem in (*PY, *versioned)],
    )


def headers() -> list[str]:
    """Every header: a change in one rebuilds the sampler."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("csrc/*/*.h"))


def flags() -> tuple[list[str], list[str]]:
    """Compiler and linker arguments that every file gets, by the switches above."""
    compile_args = [
        "-std=c11",
        "-fvisibility=hidden",
        "-Wall",
        "-Wextra",
        "-Wshadow",
        "-Wstrict-prototypes",
        "-Wmissing-prototypes",
    ]
    link_args: list[str] = []
    if os.environ.get("LEAKCHECK_WERROR") == "1":
        compile_args += ["-Werror"]
    if os.environ.get("LEAKCHECK_COVERAGE") == "1":
        # Asserts stay out: their failing branch can't be covered. The atomic update is for
        # tests that start threads.
        compile_args += ["--coverage", "-O0", "-fprofile-update=atomic"]
        link_args += ["--coverage"]
    if kinds := os.environ.get("LEAKCHECK_SANITIZE"):
        compile_args += [
            f"-fsanitize={kinds}",
            "-fno-sanitize-recover=all",
            "-fno-omit-frame-pointer",
            "-g",
            "-O1",
            "-UNDEBUG",
        ]
        link_args += [f"-fsanitize={kinds}"]
    if not link_args:
        # The way of one allocation crosses five files: inlining across them takes a seventh
        # of what a trace adds (measured on an allocation-bound loop, 3.13).
        compile_args += ["-O3", "-flto"]
        link_args += ["-O3", "-flto"]
    return compile_args, link_args


def unsupported() -> str | None:
    """Why this interpreter can't have the sampler, in one sentence, or None."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.implementation.name != "cpython":
        return (
            f"leakcheck reads CPython's own stack frames, and this is {sys.implementation.name}; "
            "install it under CPython 3.11 to 3.15"
        )
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        return (
            f"leakcheck's sampler knows CPython 3.11 to 3.15, and this is {version}; "
            "install it under one of those"
        )
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return (
            f"leakcheck's sampler is not safe without the interpreter lock, and this {version} is "
            "a free-threaded build; install it under the default build of the same version"
        )
    if sys.platform == "win32":
        return "leakcheck's sampler needs GCC or Clang on Linux or macOS; Windows is not supported"
    return None


def missing_headers() -> str | None:
    """Which header of the interpreter is not installed, in one sentence, or None."""
    include = Path(sysconfig.get_path("include"))
    frame = "pycore_interpframe.h" if sys.version_info >= (3, 14) else "pycore_frame.h"
    for header in ("Python.h", f"internal/{frame}"):
        if not (include / header).is_file():
            return (
                f"leakcheck needs CPython's headers to build its sampler, and "
                f"{include / header} is missing; install them (Debian and Ubuntu: apt-get install "
                f"python3-dev; Fedora: dnf install python3-devel)"
            )
    return None


class BuildSampler(build_ext):
    """Builds core and os under stricter rules than csrc/py, which sees CPython's headers."""

    def finalize_options(self) -> None:
        """Compile everything each time: a stale object may be of another flavour."""
        super().finalize_options()
        self.force = True

    def build_extensions(self) -> None:
        """Refuse, in one sentence, what can't work."""
        compiler = self.compiler.compiler_so[0]
        problem = unsupported()
        if problem is None and shutil.which(compiler) is None:
            problem = (
                f"leakcheck needs a C compiler to build its sampler: {compiler!r} was not found; "
                "install GCC or Clang (Debian and Ubuntu: apt-get install gcc libc6-dev) or name "
                "yours in CC"
            )
        problem = problem or missing_headers()
        if problem is not None:
            raise PlatformError(problem)
        super().build_extensions()

    def build_extension(self, ext: Extension) -> None:
        """Compile core and os by themselves, then hand the objects to the usual build of py."""
        everything = list(ext.sources)
        core = [name for name in everything if name.startswith(("csrc/core/", "csrc/os/"))]
        strict = ["-Wpedantic"]
        if os.environ.get("LEAKCHECK_WERROR") == "1":
            strict += ["-Wconversion"]
        objects = self.compiler.compile(
            core,
            output_dir=self.build_temp,
            debug=bool(self.debug),
            extra_postargs=[*ext.extra_compile_args, *strict],
            depends=ext.depends,
        )
        ext.sources = [name for name in everything if name not in core]
        ext.extra_objects = objects
        try:
            super().build_extension(ext)
        finally:
            ext.sources = everything


def shim() -> list[Extension]:
    """What is preloaded to hear of native memory, where there is one for this C library.

    No sanitizer and no counter of lines: it stands below both.
    """
    if libc_ver()[0] != "glibc":
        return []
    warnings = [one for one in flags()[0] if one.startswith("-W")]
    return [
        Extension(
            "leakcheck._shim",
            sources=["csrc/os/shim_glibc.c"],
            depends=headers(),
            extra_compile_args=[
                *("-std=c11", "-O2", "-fno-builtin", "-fno-lto", "-fvisibility=hidden"),
                *warnings,
            ],
            extra_link_args=["-fno-lto"],
        )
    ]


def sampler() -> Extension:
    """The one extension."""
    core, py = sources()
    compile_args, link_args = flags()
    return Extension(
        "leakcheck._core",
        sources=[*core, *py],
        depends=headers(),
        libraries=["m"],
        define_macros=[("Py_BUILD_CORE_MODULE", "1")],  # csrc/py only: core takes no macros
        extra_compile_args=[*compile_args, *shlex.split(os.environ.get("LEAKCHECK_CFLAGS", ""))],
        extra_link_args=link_args,
    )


setup(ext_modules=[sampler(), *shim()], cmdclass={"build_ext": BuildSampler})
