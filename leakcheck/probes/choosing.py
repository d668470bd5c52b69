# SPDX-License-Identifier: MIT
"""Which probes there are, and which of them are meant by what somebody wrote."""

from __future__ import annotations

import functools
from importlib import metadata
from typing import TYPE_CHECKING, Final

from leakcheck.errors import UsageError
from leakcheck.probe import RESERVED, Probe
from leakcheck.probes import children, linux, native, segments, tasks
from leakcheck.probes.descriptors import descriptors
from leakcheck.probes.garbage import garbage
from leakcheck.probes.native_threads import native_threads
from leakcheck.probes.sockets import sockets
from leakcheck.probes.temporary_files import temporary_files
from leakcheck.probes.threads import threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

GROUP: Final = "leakcheck.probes"
"""The group of entry points of packages that bring a probe: a Probe, or a function that makes one."""

_Makers = dict[str, tuple["Callable[[], Probe]", "Callable[[], bool]"]]


def _anywhere() -> bool:
    return True


_OURS: Final[_Makers] = {  # Of two that count the same thing the one that says more comes first.
    "children": (children.children, children.able),
    "threads": (threads, _anywhere),
    "tasks": (tasks.tasks, tasks.able),
    "garbage": (garbage, _anywhere),
    "shared-memory": (segments.segments, segments.able),
    "temp-files": (temporary_files, _anywhere),
    "sockets": (sockets, linux.there),
    "descriptors": (descriptors, linux.there),
    "native-threads": (native_threads, linux.there),
    native.NAME: (native.native, native.able),
}
DEFAULT: Final = ("threads", "garbage", "descriptors", "native-threads")
"""Those that cost next to nothing to read."""


def available(added: Iterable[Probe] = ()) -> Mapping[str, Probe]:
    """The probes that can be read here, by name, in the order in which they decide.

    Args:
        added: further ones, of a project's conftest.py.

    Raises:
        UsageError: a package's probe can't be loaded, or two have one name.
    """
    found = {name: make() for name, (make, able) in _OURS.items() if able()}
    for probe in (*_installed(), *added):
        if not isinstance(probe, Probe):
            raise UsageError(f"{probe!r:.60} is given as a probe of leakcheck and is none")
        if probe.name in _OURS or found.get(probe.name, probe) is not probe:
            raise UsageError(f"there are two probes named {probe.name}; one needs another name")
        found[probe.name] = probe
    return found


@functools.cache
def _installed() -> tuple[Probe, ...]:
    """What installed packages bring."""
    found = []
    for point in metadata.entry_points(group=GROUP):
        try:
            loaded = point.load()
            probe = loaded if isinstance(loaded, Probe) else loaded()
        except UsageError:
            raise
        except Exception as error:
            raise UsageError(
                f"the probe {point.name} ({point.value}) can't be loaded: "
                f"{type(error).__name__}: {error}; uninstall its package or mend it"
            ) from error
        found.append(probe)
    return tuple(found)


def chosen(wanted: object, added: Iterable[Probe] = ()) -> tuple[Probe, ...]:
    """The probes that are meant.

    Args:
        wanted: names with commas between them, or a list or tuple of names and probes. The word
            `all` means each that there is, `default` those that cost next to nothing, `none` and
            an empty text no probe.
        added: probes that a project's conftest.py brings.

    Returns:
        Each once, in the order in which they decide.

    Raises:
        UsageError: there is no such probe, or it can't be read here; the message lists
            those that can.
    """
    words: list[object] = []
    if isinstance(wanted, str):
        words = [word.strip() for word in wanted.split(",") if word.strip()]
    elif isinstance(wanted, (list, tuple)):
        words = list(wanted)
    else:
        raise UsageError(f"leakcheck probes must be names, not {wanted!r:.60}")
    given = [word for word in words if isinstance(word, Probe)]
    names = [word for word in words if not isinstance(word, Probe)]
    if "none" in names and len(words) > 1:
        raise UsageError("leakcheck probes are 'none' together with others; leave 'none' out")
    names = [word for word in names if word != "none"]
    if not names:
        return tuple(dict.fromkeys(given))
    if words == ["default"]:  # Without a look at what is installed.
        return tuple(make() for make, able in map(_OURS.__getitem__, DEFAULT) if able())
    known = available(added)
    if "all" in names:
        names += list(known)
    if "default" in names:
        names += [name for name in DEFAULT if name in known]
    for name in names:
        if name not in known and name not in RESERVED:
            here = ", ".join(known)
            why = "can't be read here" if name in _OURS else "is not known"
            raise UsageError(
                f"the probe {name!r:.60} {why}; there are {here}, and the words "
                f"{', '.join(RESERVED)}"
            )
    return tuple(dict.fromkeys([*(one for name, one in known.items() if name in names), *given]))
