# SPDX-License-Identifier: MIT
"""Whose frame is it, and which sites belong together: pure judgement over paths and stacks."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leakcheck.model import Frame, Site

NO_STACK: Final = "(no Python stack)"

# Packages that run tests; only as installed, so that a project which develops one of them
# still sees its own frames.
_HARNESS_PACKAGES: Final = frozenset(
    {"_pytest", "pytest", "pytest.py", "pluggy", "pytest_asyncio", "xdist", "leakcheck"}
)
_HARNESS_FILES: Final = frozenset({"anyio/pytest_plugin.py"})
# unittest.mock is a library that tests use, not a part that runs them.
_NOT_RUNNER: Final = frozenset({"unittest/mock.py"})
_ASYNCIO_RUNNER: Final = frozenset(
    f"asyncio/{name}.py"
    for name in (
        "base_events",
        "events",
        "proactor_events",
        "runners",
        "selector_events",
        "unix_events",
        "windows_events",
    )
)
_FOREIGN_FOLDERS: Final = frozenset(
    {"site-packages", "dist-packages", ".venv", "venv", ".tox", ".nox", ".eggs"}
)
_PACKAGES_FOLDER: Final = re.compile(r"/(?:site|dist)-packages/")
_STDLIB_FOLDER: Final = re.compile(r"/lib(?:64)?/python3\.\d+t?/")
_OWN_STDLIB: Final = os.path.dirname(os.__file__) + "/"  # noqa: PTH120
_OWN_PACKAGE: Final = str(Path(__file__).parent.parent) + "/"
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Sites with one stack up to the allocating line: one heading, one part per expression.

    Attributes:
        parts: at least one site, growing first, then largest first.
        blocks: sum of the parts' live blocks more than at the baseline.
        bytes: likewise in bytes.
    """

    parts: tuple[Site, ...]
    blocks: int
    bytes: int

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The stack of the first part; the others differ in the leaf's columns only."""
        return self.parts[0].frames

    @property
    def leaf(self) -> Frame:
        """The allocating frame of the first part."""
        return self.frames[-1]

    @property
    def native(self) -> bool:
        """A library took this memory; all parts are so, or none."""
        return self.parts[0].native

    @property
    def grows(self) -> bool:
        """At least one part follows the runs by itself."""
        return any(part.grows for part in self.parts)


@dataclass(frozen=True, slots=True)
class Fold:
    """Consecutive frames that are not shown.

    Attributes:
        count: how many.
        owners: the packages they belong to, in order of first appearance.
    """

    count: int
    owners: tuple[str, ...]


def is_harness(frame: Frame) -> bool:
    """Whether the frame belongs to what runs the test, not to what is tested."""
    path = _slashed(frame.file)
    if path.startswith(_OWN_PACKAGE):
        return True
    installed = _after_packages(path)
    if installed is not None:
        return installed.partition("/")[0] in _HARNESS_PACKAGES or installed in _HARNESS_FILES
    library = _after_stdlib(path)
    if library is None:
        return False
    if library == "doctest.py" or library in _ASYNCIO_RUNNER:
        return True
    return library.startswith("unittest/") and library not in _NOT_RUNNER


def is_project(frame: Frame, root: Path) -> bool:
    """Whether the frame's file is the project's own: under root, not installed, not built."""
    inside = relative(frame.file, root)
    if inside is None or is_harness(frame) or _after_stdlib(_slashed(frame.file)) is not None:
        return False
    folders = inside.split("/")[:-1]
    # "build" only at the top: a package of that name further down is somebody's source.
    return not _FOREIGN_FOLDERS.intersection(folders) and folders[:1] != ["build"]


def project_frame(site: Site, root: Path) -> Frame | None:
    """The innermost frame of the project, or None when the stack has none."""
    return next((frame for frame in reversed(site.frames) if is_project(frame, root)), None)


def telling(site: Site) -> tuple[Frame, ...]:
    """The inner frames that say what allocated, from code under test, or a library it called, on.

    Two of them, or as many as the standard library put below such code. None where what runs
    the tests lies in between: every test passes through it, so two tests that hold what was
    allocated there need not have the same leak.
    """
    for depth, frame in enumerate(reversed(site.frames), 1):
        if is_harness(frame):
            break
        if not _is_given(frame):
            return site.frames[-max(depth, 2) :]
    return ()


def group(sites: Iterable[Site]) -> tuple[LineGroup, ...]:
    """Sites gathered by stack and allocating line: growing groups first, then largest first.

    The order depends on the sites alone, not on the order in which they come.
    """
    gathered: dict[tuple[object, ...], list[Site]] = {}
    for site in sites:
        leaf = site.leaf
        key = (site.native, site.truncated, site.frames[:-1], leaf.file, leaf.function, leaf.line)
        gathered.setdefault(key, []).append(site)
    groups = [
        LineGroup(
            parts=tuple(sorted(parts, key=_site_order)),
            blocks=sum(part.blocks for part in parts),
            bytes=sum(part.bytes for part in parts),
        )
        for parts in gathered.values()
    ]
    groups.sort(key=lambda one: (not one.grows, -one.blocks, -one.bytes, _stack_order(one.frames)))
    return tuple(groups)


def parting(groups: Sequence[LineGroup], index: int) -> tuple[int, int] | None:
    """Where the stack of groups[index] parts from the nearest other with the same leaf line.

    Returns:
        (index of that other group, number of inner frames both share), or None when no other
        group allocates on this line. The frame just outside the shared ones differs; it is
        missing when one stack is the inner part of the other.
    """
    mine = groups[index].frames
    best: tuple[int, int] | None = None
    for other, candidate in enumerate(groups):
        if other == index or not _same_line(mine[-1], candidate.leaf):
            continue
        shared = 1
        for left, right in zip(mine[-2::-1], candidate.frames[-2::-1], strict=False):
            if left != right:
                break
            shared += 1
        if best is None or shared > best[1]:
            best = (other, shared)
    return best


def fold(
    frames: Sequence[Frame],
    root: Path,
    *,
    keep: Iterable[int] = (),
) -> tuple[Frame | Fold, ...]:
    """The stack as shown, outermost first.

    The project's frames, the leaf and the indices in `keep` stay; runs of other frames become
    one Fold each.
    """
    kept = {len(frames) - 1, *keep}
    result: list[Frame | Fold] = []
    hidden: list[Frame] = []
    for index, frame in enumerate(frames):
        if index in kept or is_project(frame, root):
            if hidden:
                result.append(_fold_of(hidden))
                hidden = []
            result.append(frame)
        else:
            hidden.append(frame)
    return tuple(result)


def owner(frame: Frame) -> str:
    """The package a frame belongs to, as people call it."""
    path = _slashed(frame.file)
    if not path:
        return NO_STACK
    if path.startswith(_OWN_PACKAGE):
        return "leakcheck"
    if path.startswith("<"):
        match = re.fullmatch(r"<frozen ([A-Za-z_]\w*)[\w.]*>", path)
        return match[1] if match else path
    inside = _after_packages(path) or _after_stdlib(path)
    if inside is None:
        folders = path.split("/")
        return folders[-2] if len(folders) > 1 and folders[-2] else folders[-1]
    name = inside.partition("/")[0].removesuffix(".py")
    return "pytest" if name == "_pytest" else name


def installed_path(frame: Frame) -> str | None:
    """The path from the folder that packages or the standard library are installed in."""
    path = _slashed(frame.file)
    return _after_packages(path) or _after_stdlib(path)


def relative(file: str, root: Path) -> str | None:
    """The path from root with forward slashes, or None when the file is not under root."""
    if not file or file.startswith("<"):
        return None
    base = _slashed(str(root)).removesuffix("/") + "/"
    path = _slashed(file)
    if not (path.startswith("/") or _DRIVE.match(file)):
        path = _slashed(base + path)  # compiled with a relative name: root is our best guess
    return path[len(base) :] if path.startswith(base) and len(path) > len(base) else None


def _is_given(frame: Frame) -> bool:
    """The frame belongs to the interpreter, or to nobody."""
    path = _slashed(frame.file)
    return not path or path.startswith("<frozen ") or _after_stdlib(path) is not None


def _slashed(file: str) -> str:
    """The path normalised, without touching the file system."""
    if not file or file.startswith("<"):
        return file
    if _DRIVE.match(file):
        file = file.replace("\\", "/")
    return os.path.normpath(file).replace(os.sep, "/")


def _after_packages(path: str) -> str | None:
    found = list(_PACKAGES_FOLDER.finditer(path))
    return path[found[-1].end() :] if found else None


def _after_stdlib(path: str) -> str | None:
    if _PACKAGES_FOLDER.search(path):
        return None
    if path.startswith(_OWN_STDLIB):
        return path[len(_OWN_STDLIB) :]
    match = _STDLIB_FOLDER.search(path)
    return path[match.end() :] if match else None


def _fold_of(frames: Sequence[Frame]) -> Fold:
    return Fold(len(frames), tuple(dict.fromkeys(owner(frame) for frame in frames)))


def _same_line(left: Frame, right: Frame) -> bool:
    return (left.file, left.function, left.line) == (right.file, right.function, right.line)


def _site_order(site: Site) -> tuple[object, ...]:
    return (not site.grows, -site.blocks, -site.bytes, _stack_order(site.frames))


def _stack_order(frames: Sequence[Frame]) -> tuple[tuple[object, ...], ...]:
    """A key that compares even where a position is unknown (None)."""
    return tuple(
        (
            frame.file,
            frame.function,
            frame.line,
            *(-1 if v is None else v for v in (frame.end_line, frame.column, frame.end_column)),
        )
        for frame in frames
    )
