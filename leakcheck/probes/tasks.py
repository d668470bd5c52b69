# SPDX-License-Identifier: MIT
"""asyncio's tasks that have not ended, and callbacks that wait in its event loop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from leakcheck.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator


def _tasks(asyncio: Any) -> Iterator[Any]:
    """Tasks of all event loops."""
    for name in ("_scheduled_tasks", "_eager_tasks", "_all_tasks"):  # The last: CPython 3.11.
        yield from tuple(getattr(asyncio.tasks, name, ()))


def _handles(asyncio: Any) -> Iterator[Any]:
    """What waits in the event loop that runs, or that this thread would use next."""
    loop = asyncio._get_running_loop()  # noqa: SLF001 - the one that makes none
    if loop is None:
        policy = asyncio.events._event_loop_policy  # noqa: SLF001 - likewise
        loop = getattr(getattr(policy, "_local", None), "_loop", None)
    for name in ("_ready", "_scheduled"):
        for handle in tuple(getattr(loop, name, ())):
            if not handle._cancelled:  # noqa: SLF001 - 'cancelled()' may be a test's own
                yield handle


def _read() -> int:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return 0
    return sum(not one.done() for one in _tasks(asyncio)) + sum(1 for _ in _handles(asyncio))


def _there() -> dict[Hashable, str]:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return {}
    found: dict[Hashable, str] = {}
    for task in _tasks(asyncio):
        if not task.done():
            name = getattr(task.get_coro(), "__qualname__", "")
            found["task", id(task)] = f"task {task.get_name()} ({name})"
    for handle in _handles(asyncio):
        found["handle", id(handle)] = f"callback {getattr(handle._callback, '__qualname__', '')}"  # noqa: SLF001
    return found


def able() -> bool:
    """This version of Python keeps its tasks where they are looked for."""
    return sys.version_info < (3, 14)


def tasks() -> Probe:
    """The probe."""
    return Probe("tasks", "task or callback", "tasks or callbacks", _read, there=_there)
