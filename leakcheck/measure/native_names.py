# SPDX-License-Identifier: MIT
"""Names for the native stacks of a leak: functions, source lines, and whose library it is.

Looked up when a leak is certain, for the sites that grow: it takes a while, and no answer of it
decides anything.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import sys
import sysconfig
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakcheck.distributions import distribution_named, distribution_of
from leakcheck.measure.clock import now
from leakcheck.measure.demangling import demangled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leakcheck.model import NativeFrame, Result, Site

SITES: Final = 8
"""Growing native sites of a leak whose stacks are named."""
SECONDS: Final = 10.0
MISSING: Final = (
    "lines of native code, and functions that a library does not export, were not looked up: that "
    'needs pyelftools; pip install "pytest-leakcheck[native]"'
)
LATE: Final = f"not all lines of native code were looked up in {SECONDS:g} s"
_INSTALLED: Final = re.compile(r"/(?:site|dist)-packages/(?P<path>.+)")
_BUNDLED: Final = ".libs"
"""What the folder of a distribution's own copies of system libraries ends in."""


def named(result: Result) -> Result:
    """A leak with names for the native stacks of what grows; another result as it is."""
    if not result.verdict.leaks:
        return result
    wanted = [one for one in result.sites if one.grows and one.native_frames][:SITES]
    if not wanted:
        return result
    names = Names()
    sites = tuple(names.of(one) if one in wanted else one for one in result.sites)
    names.close()
    told = tuple(dict.fromkeys((*result.unexplained, *names.unexplained)))
    return dataclasses.replace(result, sites=sites, unexplained=told)


class Names:
    """Names of native frames; each library is read once.

    Attributes:
        unexplained: what could not be looked up, a sentence each.
    """

    def __init__(self) -> None:
        self.unexplained: list[str] = []
        self._end = now() + SECONDS
        self._open: list[Callable[[], None]] = []
        if util.find_spec("elftools") is None:
            self.unexplained.append(MISSING)
            self._lines = None
        else:
            self._lines = functools.cache(self._read)

    def _late(self) -> bool:
        late = now() > self._end
        if late and LATE not in self.unexplained:
            self.unexplained.append(LATE)
        return late

    def _read(self, library: str, build_id: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - of a module that may be missing
        from leakcheck.measure.native_lines import Lines

        lines = Lines(library, build_id, self._late)
        self._open.append(lines.close)
        return lines

    def close(self) -> None:
        """Give back the files that were read."""
        for close in self._open:
            close()

    def of(self, site: Site) -> Site:
        """The site with names for its native stack, inlined functions as frames of their own."""
        frames = tuple(one for frame in site.native_frames for one in self._frames(frame))
        return dataclasses.replace(site, native_frames=frames)

    def _frames(self, frame: NativeFrame) -> Iterable[NativeFrame]:
        if not frame.library:
            return (frame,)
        name, version = distribution_of_library(frame.library)
        frame = dataclasses.replace(
            frame, function=demangled(frame.function), distribution=name, version=version
        )
        if self._lines is None or self._late():
            return (frame,)
        return [
            dataclasses.replace(
                frame,
                function=demangled(place.function) or frame.function,
                file=place.file,
                line=place.line,
            )
            for place in self._lines(frame.library, frame.build_id).at(frame.offset)
        ]


@functools.cache
def distribution_of_library(library: str) -> tuple[str, str]:
    """(name, version) of what installed a library; empty where that is not known."""
    installed = _installed(library)
    if not installed:
        return _interpreter(library)
    top = installed.partition("/")[0]
    bundled = top.removesuffix(_BUNDLED) if top.endswith(_BUNDLED) else ""
    found = distribution_named(bundled)
    return found if found[0] else distribution_of(installed)


def _installed(library: str) -> str:
    """The path from where packages are imported; empty for the interpreter's own libraries."""
    found = _INSTALLED.search(library)
    if found is not None:
        return found["path"]
    standard = tuple(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib"))
    if library.startswith(standard):
        return ""
    above = [one for one in sys.path if one and library.startswith(f"{one.rstrip('/')}/")]
    return library[len(max(above, key=len).rstrip("/")) + 1 :] if above else ""


def _interpreter(library: str) -> tuple[str, str]:
    """CPython's own modules, program and library."""
    own = [sysconfig.get_path("platstdlib"), sysconfig.get_config_var("DESTSHARED")]
    inside = any(one and Path(library).is_relative_to(one) for one in own)
    program = Path(library) == Path(sys.executable).resolve()
    if inside or program or Path(library).name.startswith("libpython3"):
        return "CPython", sys.version.split()[0]
    return "", ""
