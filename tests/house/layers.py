# SPDX-License-Identifier: MIT
"""The rules of the house as data, and the functions that find what breaks them.

Every function takes the root of a tree and returns one sentence for each violation, so the same
rules run on this repository and on small made-up trees (test_layers.py does both).
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

# --- C ---------------------------------------------------------------------------------------

INTERPOSED = set(
    "malloc calloc realloc reallocarray free cfree memalign aligned_alloc posix_memalign valloc "
    "pvalloc mmap mmap64 munmap mremap".split()
)
"""The C library's names that the shim stands before."""
C_MAY_INCLUDE = {"core": {"core"}, "os": {"core", "os"}, "py": {"core", "os", "py"}}

C11_HEADERS = set(
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal "
    "stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath "
    "threads time uchar wchar wctype".split()
)

VARIANT = re.compile(
    r"_(3\d\d|body|offsets|public|none|glibc|linux|darwin|elf|unwind)$"
)  # not in symbol names

# --- Python ----------------------------------------------------------------------------------

LAYERS = (  # a unit may import what stands below it, bottom first
    {"terms", "evidence", "model", "errors", "probe", "distributions"},
    {"config"},
    {"measure", "judge", "explain", "probes"},
    {"report"},
    {"gate"},
    {"forms"},
    {"html"},
    {"callables", "locate", "target", "traces", "canaries"},
    {"api", "decorator", "doctor", "cli", "pytest_plugin", "plugin", "verbs", "__main__"},
)
SIDEWAYS = {  # and these of its own layer
    "evidence": {"terms"},
    "model": {"terms", "evidence"},
    "errors": {"model"},
    "probe": {"errors"},
    "probes": {"measure"},  # what the sampler itself counts
    "locate": {"callables", "traces"},
    "target": {"callables", "locate"},
    "decorator": {"api"},
    "doctor": {"pytest_plugin", "__version__"},
    "cli": {"verbs", ""},  # the facade: its __version__
    "verbs": {"api", "doctor", ""},
    "pytest_plugin": {"api"},
    "plugin": {"pytest_plugin", "__version__"},
    "__main__": {"cli"},
}
ONLY = {  # module: files or folders of leakcheck that may import it
    "pytest": ("plugin.py", "pytest_plugin/"),
    "_pytest": ("pytest_plugin/_private.py",),
    "leakcheck._core": ("measure/",),
    "jinja2": ("html/",),
    "markupsafe": ("html/",),
    "elftools": ("measure/native_lines.py",),
}
VAGUE = {"utils", "util", "helpers", "helper", "managers", "manager", "common", "base", "misc"}

# --- Files -----------------------------------------------------------------------------------

LIMITS = (  # lines; the first pattern that fits counts
    ("tests/**/*.c", 400),
    ("tests/**/*.py", 400),
    ("**/*.c", 400),
    ("**/*.h", 150),
    ("**/*.py", 300),
    ("ARCHITECTURE.md", 150),
    ("docs/decisions/*.md", 40),
)
TOO_LONG: dict[str, tuple[int, str]] = {  # path: its own limit, and why splitting would hurt
}

SPDX = "SPDX-License-Identifier: MIT"

# Spelled in pieces, so that this file does not break its own rule.
FORBIDDEN = (
    (re.compile(r"(?<![\w./$}-])/(?:wo" + r"rk|ro" + r"ot|home/\w+)(?=[/\s\"'`]|$)"), "a path"),
    (re.compile(r"(?<![\w./$}-])/t" + r"mp(?=[/\s\"'`]|$)"), "a path"),
    (re.compile(r"\bfou" + r"nder\b", re.IGNORECASE), "a word"),
    (re.compile(r"\bissue" + r"s? #?\d", re.IGNORECASE), "a word"),
)
WORDS_MAY: dict[str, str] = {  # path prefix: why the words above may stand there
}
NOT_OURS = {"build", "dist", "__pycache__"}
TEXT = {".py", ".pyi", ".c", ".h", ".md", ".toml", ".sh", ".yml", ".yaml", ".txt", ".in", ".cfg"}


def files(root: Path) -> Iterator[tuple[str, Path]]:
    """(path from root with slashes, path) of each file that belongs to the tree."""
    for folder, below, found in os.walk(root):
        below[:] = sorted(
            name
            for name in below
            if name not in NOT_OURS
            and not name.endswith(".egg-info")
            and (not name.startswith(".") or name == ".ci")
        )
        for name in sorted(found):
            path = Path(folder, name)
            yield path.relative_to(root).as_posix(), path


def c_files(root: Path) -> Iterator[tuple[str, str, Path]]:
    """(folder under csrc, path from root, path) of each C source and header."""
    for name, path in files(root):
        if name.startswith("csrc/") and path.suffix in {".c", ".h"}:
            yield name.split("/")[1], name, path


def includes(path: Path) -> Iterator[tuple[int, str, bool]]:
    """(line number, included name, written with quotes) of each include directive."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line):
            yield number, found.group(2), found.group(1) == '"'


def c_direction(root: Path) -> list[str]:
    """core includes core, os includes core and os, and only py sees CPython's headers."""
    broken = []
    for folder, name, path in c_files(root):
        allowed = C_MAY_INCLUDE.get(folder)
        if allowed is None:
            broken.append(f"{name}: csrc has no folder {folder}; there are {sorted(C_MAY_INCLUDE)}")
            continue
        for number, target, quoted in includes(path):
            where = f"{name}:{number}: {folder} may not include {target}"
            cpython = target == "Python.h" or target.startswith(("internal/", "cpython/"))
            if cpython:
                if folder != "py":
                    broken.append(f"{where}: only csrc/py sees CPython's headers")
            elif quoted:
                resolved = (path.parent / target).resolve()
                if not resolved.is_file():
                    broken.append(f"{where}: there is no such file beside it")
                    continue
                parts = resolved.relative_to(root.resolve()).parts
                if parts[0] != "csrc" or parts[1] not in allowed:
                    broken.append(f"{where}: it may include {sorted(allowed)}")
            elif folder == "core" and target.removesuffix(".h") not in C11_HEADERS:
                broken.append(f"{where}: core is C11 and its library, no more")
    return broken


def c_cycles(root: Path) -> list[str]:
    """No circle of includes; x.h, x.c and x_part.[ch] count as one."""
    graph: dict[str, set[str]] = {}
    for folder, _, path in c_files(root):
        unit = f"{folder}/{path.stem.partition('_')[0]}"
        edges = graph.setdefault(unit, set())
        for _, target, quoted in includes(path):
            if quoted and (path.parent / target).is_file():
                other = (path.parent / target).resolve()
                edges.add(f"{other.parent.name}/{other.stem.partition('_')[0]}")
        edges.discard(unit)
    done: set[str] = set()
    broken = []

    def visit(unit: str, trail: tuple[str, ...]) -> None:
        if unit in trail:
            broken.append("csrc includes in a circle: " + " -> ".join((*trail, unit)))
            return
        if unit not in done:
            for below in sorted(graph.get(unit, ())):
                visit(below, (*trail, unit))
            done.add(unit)

    for unit in sorted(graph):
        visit(unit, ())
    return broken


def c_names(root: Path) -> list[str]:
    """A function that other files can call is named lc_<file stem>_<verb>.

    Reads the layout that .clang-format makes: return type on its own line, name in column 0.
    """
    broken = []
    for _, name, path in c_files(root):
        stem = VARIANT.sub("", path.stem)
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            found = re.match(r"([A-Za-z_]\w*)\(", line)
            if found is None or number == 1 or re.search(r"\bstatic\b", lines[number - 2]):
                continue
            before = lines[number - 2].strip()
            if not re.search(r"[\w*]$", before) or before.startswith("#"):
                continue  # a call or a macro in column 0, not a definition
            symbol = found.group(1)
            if stem == "shim" and symbol in INTERPOSED:
                continue
            if not symbol.startswith(f"lc_{stem}_") and symbol != "PyInit__core":
                broken.append(f"{name}:{number}: {symbol} should be named lc_{stem}_<verb>")
    return broken


def unit_of(name: str) -> str:
    """The unit a file of leakcheck/ belongs to: its top folder, or its own stem."""
    return name.split("/")[1].removesuffix(".pyi").removesuffix(".py")


def imports(path: Path, name: str) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of each import, those inside functions and TYPE_CHECKING included."""
    package = name.split("/")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            if module == "leakcheck":
                for alias in node.names:
                    yield node.lineno, f"leakcheck.{alias.name}"
            else:
                yield node.lineno, module


def python_files(root: Path) -> Iterator[tuple[str, Path]]:
    """(path from root, path) of each Python file of the package, stubs included."""
    for name, path in files(root):
        if name.startswith("leakcheck/") and path.suffix in {".py", ".pyi"}:
            yield name, path


def python_direction(root: Path) -> list[str]:
    """A unit imports only lower layers; siblings are strangers but for SIDEWAYS."""
    level = {unit: index for index, layer in enumerate(LAYERS) for unit in layer}
    broken = []
    for name, path in python_files(root):
        unit = unit_of(name)
        if unit in {"__init__", "_core"}:
            continue  # the facade re-exports; the stub borrows a shape from measure
        if unit not in level:
            broken.append(f"{name}: {unit} stands in no layer; add it to LAYERS")
            continue
        for line, module in imports(path, name):
            head, _, rest = module.partition(".")
            target = rest.partition(".")[0]
            if head != "leakcheck" or target in {unit, "_core"}:
                continue
            lower = target in level and level[target] < level[unit]
            if not lower and target not in SIDEWAYS.get(unit, ()):
                shown = module if rest else "leakcheck (the facade)"
                broken.append(f"{name}:{line}: {unit} may not import {shown}")
    return broken


def third_parties(root: Path) -> list[str]:
    """pytest, _pytest and the extension are imported only where ONLY says; nothing else is."""
    broken = []
    for name, path in python_files(root):
        inside = name.removeprefix("leakcheck/")
        for line, module in imports(path, name):
            guarded = next(
                (key for key in ONLY if module == key or module.startswith(f"{key}.")), None
            )
            if guarded is not None:
                if not inside.startswith(ONLY[guarded]):
                    where = ", ".join(ONLY[guarded])
                    broken.append(f"{name}:{line}: {module} is imported only in {where}")
            elif module.partition(".")[0] not in {*sys.stdlib_module_names, "leakcheck"}:
                broken.append(f"{name}:{line}: {module} is not a dependency of leakcheck")
    return broken


def names(root: Path) -> list[str]:
    """No module whose name says nothing."""
    return [
        f"{name}: a module named {path.stem} collects what has no place; name what it is about"
        for name, path in files(root)
        if path.suffix in {".py", ".c", ".h"} and path.stem in VAGUE
    ]


def sizes(root: Path, exceptions: dict[str, tuple[int, str]] = TOO_LONG) -> list[str]:
    """A file can be read at one sitting, or stands in `exceptions` with a reason."""
    broken = []
    unused = dict(exceptions)
    for name, path in files(root):
        usual = next((limit for pattern, limit in LIMITS if matches(name, pattern)), None)
        if usual is None or name.startswith("examples/"):
            continue
        limit, reason = exceptions.get(name, (usual, ""))
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > limit:
            broken.append(f"{name}: {count} lines, at most {limit}; split it")
        if count > usual and reason:
            unused.pop(name, None)
    broken += [f"{name}: its exception from the size limit is not needed" for name in unused]
    return broken


def matches(name: str, pattern: str) -> bool:
    """Whether a path with slashes fits a glob in which ** stands for any folders, also none."""
    expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return re.fullmatch(expression, name) is not None


def licences(root: Path) -> list[str]:
    """Each source says its licence in its first line (the second after #!)."""
    broken = []
    for name, path in files(root):
        if path.suffix not in {".py", ".pyi", ".c", ".h", ".sh"} or name.startswith("examples/"):
            continue
        head = path.read_text(encoding="utf-8").splitlines()[:2]
        if head and not any(SPDX in line for line in head):
            broken.append(f"{name}: the first line should hold {SPDX}")
    return broken


def words(root: Path) -> list[str]:
    """No path of one machine, and no word that only its first authors could understand."""
    broken = []
    for name, path in files(root):
        if path.suffix not in TEXT or name.startswith(tuple(WORDS_MAY)):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for pattern, kind in FORBIDDEN:
                if found := pattern.search(line):
                    broken.append(f"{name}:{number}: {found.group()!r} is {kind} of one workplace")
    return broken


RULES = (
    c_direction,
    c_cycles,
    c_names,
    python_direction,
    third_parties,
    names,
    sizes,
    licences,
    words,
)
