# SPDX-License-Identifier: MIT
"""The C sampler. Only leakcheck.measure may import it."""

from collections.abc import Callable, Sequence
from typing import Final, final

from leakcheck.measure.raw import RawFrame, RawHolders, RawOwners, RawPlace, RawResult

MODE_ADAPTIVE: Final = 0
MODE_CONFIRM: Final = 1
MODE_FIXED: Final = 2
PART_WHOLE: Final = 0
PART_SCREEN: Final = 1
PART_TRACE: Final = 2
RATE_EXAMINED: Final[float]

@final
class Check:
    """One check of one body: the decision machine, the loop and the tracer.

    At most one check is active at a time in a process; a second raises RuntimeError.
    `shut_free_lists` (default: yes) charges each block of a trace to the line that keeps it,
    also where the interpreter would hand out a dead object again, and tells native blocks apart
    by their native stacks; without, a trace is faster.
    `wide` has the marks of MODE_CONFIRM count gc objects and references too. Where there are more
    than `max_objects` gc objects (default 1,000,000; 0: no limit) neither is counted, and the
    result says so. MODE_CONFIRM compares its own pace with what raised the suspicion: growth of
    `earlier_slope` a run over `earlier_runs` runs (0: not known) in the metric of that index.
    Reference counts are added up of what the namespaces `counted` hold, see `counted`. Each of
    `probes`, twelve at most, is called where gc objects are counted, and judged as a metric of
    its own, of index 5 and on; what one raises ends the check and propagates.
    `part` of MODE_ADAPTIVE: PART_SCREEN ends where a suspect would be traced, PART_TRACE begins
    there, with gc objects and references counted too where `wide` says so.
    """

    def __init__(
        self,
        *,
        mode: int = ...,
        rate: float = ...,
        max_seconds: float = ...,
        iterations: int = ...,
        first_window: int = ...,
        windows: int = ...,
        seed: int = ...,
        shut_free_lists: bool = ...,
        wide: bool = ...,
        max_objects: int = ...,
        earlier_slope: float = ...,
        earlier_runs: int = ...,
        earlier_metric: int = ...,
        counted: tuple[dict[str, object], ...] = ...,
        probes: tuple[Callable[[], int], ...] = ...,
        part: int = ...,
    ) -> None: ...
    def drive(
        self,
        body: Callable[[], object],
        progress: Callable[[int, int, float], object] | None = ...,
        /,
    ) -> None:
        """Run the whole check. `progress(phase, runs, seconds)` is called between batches.

        An exception of the body or of progress ends the check and propagates; hooks and
        gc state are as before in every case.
        """

    def next(self) -> int:
        """Runs to do before `read`, for a caller that must run the body itself; -1: decided."""

    def read(self) -> None:
        """Collect, read the counters and feed the machine."""

    def close(self) -> None:
        """Undo everything (hooks, gc state). Idempotent; `drive` does it by itself."""

    def result(self) -> RawResult:
        """The verdict and the evidence, once decided or closed."""

    def owners(self, max_seconds: float, /) -> list[RawOwners] | None:
        """What lies in the live blocks of the sites that grew, found by asking objects.

        Ask before anything else runs: a block that is released after the trace, and its place
        taken again, would pass for the old one. None: the time ran out, or there are more than
        two million such blocks.
        """

def native_blocks() -> int:
    """Native blocks that came minus those that went since native_listen, the same in a trace or not.

    Memory that the C library gave to others than Python's allocators, and mappings.
    """

def native_listen() -> bool:
    """From now on traces record native blocks too. False: leakcheck's shim is not preloaded.

    MemoryError: there is no room to keep account of mappings; nothing is heard.
    """

def native_places(addresses: Sequence[int], /) -> list[RawPlace | None]:
    """Which object of the process holds each code address; None: none does."""

def judge_series(
    runs: Sequence[int],
    counts: Sequence[int],
    window_ends: Sequence[int],
    rate: float,
    /,
) -> tuple[int, float, bool]:
    """(verdict, slope, exact) of one site's series by the rule of csrc/core/growth.h."""

def wide(most: int, /) -> tuple[int, int] | None:
    """(objects that the cycle collector tracks, entries of all lists and deques) right now.

    None: there are more than `most` objects (0: no limit), or this interpreter keeps them where
    the sampler does not know its way.
    """

def empty_also(callables: tuple[Callable[[], object], ...], /) -> None:
    """Have each reading of every check call these first; they take the place of those before.

    They are to empty caches. What one raises is passed over.
    """

def empty() -> None:
    """Empty the caches that each reading empties, for whoever counts by himself."""

def leave_out(lists: list[object], /) -> bool:
    """Have the entries of these lists counted no more in checks, what is no list being passed over.

    For lists that say what became of other tests. They are counted again from when `sortings` rises.
    False: nothing was done, for a check is open, or the next one will set all lists apart anew.
    """

def sortings() -> int:
    """How often all lists and deques were set apart anew, each time after a full collection."""

def holders(
    targets: Sequence[object],
    roots: Sequence[tuple[object, int]],
    /,
    *,
    closed: Sequence[object],
    harness: tuple[str, ...],
    max_seconds: float,
) -> RawHolders:
    """Who holds each of `targets`, in one pass over the heap; no Python code runs.

    The search begins at `roots` and at static types, and after them at what the interpreter, thread
    states and running frames hold. Of several paths the cheapest is given: a root has its cost (0 .. 63), a
    step that one would write costs 4, one that says little more. No path leads through an object
    of `closed`, nor through one whose type, nor begins in a frame whose module, is of a top-level
    package named in `harness`.

    References are counted over the whole heap, whether a path leads there or not, those of the
    arguments included. `max_seconds` ends the search early; the answer says so.
    """

def addresses() -> bytes:
    """Where the objects are that the cycle collector tracks now, for `fresh`."""

def fresh(addresses: bytes, /) -> list[object]:
    """The objects that the cycle collector tracks now and did not track then.

    One that lies where another lay that has died since passes for that one.
    """

def counted(namespaces: tuple[dict[str, object], ...], /) -> list[object]:
    """The objects whose reference counts a Check adds up: values of the namespaces, each once.

    With them the types on the heap that they are of; without strings, numbers, None, modules and
    what is immortal. They are held while the check is open.
    """

def local_of(owner: object, value: object, /) -> str | None:
    """The local variable by which a frame object, generator or coroutine refers to `value`."""

def interned() -> int | None:
    """How many strings are interned; None where the interpreter hides it (3.11)."""

def is_interned(one: object, /) -> bool:
    """Whether it is the interpreter's own dict of interned strings (listed by gc since 3.14)."""

def self_test() -> str:
    """Empty when the sampler sees this interpreter right; else what is off."""

def stack() -> list[RawFrame]:
    """The calling thread's Python stack as the hooks read it, innermost frame first."""

def active() -> bool:
    """A check is running in this process."""
