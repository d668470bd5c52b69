# SPDX-License-Identifier: MIT
"""Which files of tests a change touches: themselves, their conftest.py, and what they import."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from leakcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES: Final = 2_000_000
"""A longer file is not read for its imports."""


def changed_since(ref: str, folder: Path) -> frozenset[Path]:
    """The files that differ from where this branch left `ref`, those not yet in git included.

    Raises:
        UsageError: git can't tell; the message says why.
    """
    if not ref or ref.startswith("-"):
        raise UsageError(f"--leakcheck-changed-since needs a branch, tag or commit, not {ref!r}")
    top = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    start = _git(folder, "merge-base", ref, "HEAD").strip()
    names = _git(top, "diff", "--name-only", "-z", start, "--")
    names += _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset((top / name).resolve() for name in names.split("\0") if name)


def touched(files: Iterable[Path], changed: frozenset[Path]) -> frozenset[Path]:
    """Those of the files that the change touches.

    What a file imports is followed from file to file as far as it is written down; a module
    that is imported by a computed name is not seen.

    Args:
        files: of tests.
        changed: absolute paths.
    """
    suffixes = frozenset(path.suffix for path in changed)
    imports = _Imports(changed) if ".py" in suffixes else None
    found = set()
    for file in files:
        path = file.resolve()
        around = (folder / "conftest.py" for folder in path.parents)
        if (
            path in changed
            or any(one in changed for one in around)
            or (imports is not None and imports.reach(path))
        ):
            found.add(file)
    return frozenset(found)


class _Imports:
    """Follows imports until a changed file is met."""

    def __init__(self, changed: frozenset[Path]) -> None:
        self._changed = {one for one in changed if one.suffix == ".py"}
        # a/b/c.py can be imported as a.b.c, b.c or c: where the path begins is not known.
        self._names = {name for one in self._changed for name in _names_of(one)}
        self._known: dict[Path, frozenset[str]] = {}
        self._places: dict[str, tuple[Path, ...]] = {}

    def reach(self, path: Path) -> bool:
        seen: set[Path] = set()
        left = [path]
        while left:
            one = left.pop()
            if one in seen:
                continue
            seen.add(one)
            modules = self._modules(one)
            if modules & self._names:
                return True
            left += [there for name in modules for there in self._find(name, one)]
        return False

    def _modules(self, path: Path) -> frozenset[str]:
        if path not in self._known:
            self._known[path] = _imported(path)
        return self._known[path]

    def _find(self, name: str, importer: Path) -> Iterable[Path]:
        """The module's file in a folder above the one that imports it, or in src there."""
        key = f"{name} {importer.parent}"
        if key not in self._places:
            parts = PurePath(*name.split("."))
            folders = [one for up in importer.parents for one in (up, up / "src")][:12]
            every = (
                (folder / parts).with_suffix(".py") if kind else folder / parts / "__init__.py"
                for folder in folders
                for kind in (True, False)
            )
            self._places[key] = tuple(one for one in every if one.is_file())[:1]
        return self._places[key]


def _names_of(path: Path) -> Iterable[str]:
    parts = path.with_suffix("").parts[1:]
    if parts[-1:] == ("__init__",):
        parts = parts[:-1]
    return (".".join(parts[at:]) for at in range(len(parts)))


def _imported(path: Path) -> frozenset[str]:
    """The modules that a file names in its imports, with the packages they are in."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return frozenset()
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.parents[node.level - 1].parts[1:] if node.level else ()
            base = ".".join([*package, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return frozenset(
        ".".join(name.split(".")[: at + 1])
        for name in found
        if name
        for at in range(name.count(".") + 1)
    )


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a ref that begins with a dash was refused
            ["git", *words],  # noqa: S607 - git is where it is
            cwd=folder,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise UsageError(f"--leakcheck-changed-since needs git: {error.strerror}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        last = said[-1] if said else f"status {done.returncode}"
        raise UsageError(f"--leakcheck-changed-since: git {words[0]} says {last!r}")
    return done.stdout.decode("utf-8", "surrogateescape")
