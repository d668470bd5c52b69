# SPDX-License-Identifier: MIT
"""The search for holders finds real edges only, counts all references and leaves nothing behind."""

from __future__ import annotations

import contextvars
import gc
import os
import subprocess
import sys
import threading
import weakref
from typing import Any

import pytest

from tests.ext.searched import Node, assert_edges, chain, search

DEEP = 200_000


def test_a_chain_leads_from_the_root_to_the_target() -> None:
    target, root = Node(), [None, {"key": (Node(),)}]
    root[1]["key"][0].held = target  # type: ignore[index]
    objects = chain(target, root)
    assert objects[0] is root
    assert objects[-1] is target
    assert [type(one).__name__ for one in objects][1:3] == ["dict", "tuple"]
    assert_edges(objects)


@pytest.mark.parametrize("target", [Node(), [], "ab" * 5, b"x" * 99, 10**40, 1.5e9])
def test_anything_can_be_a_target(target: object) -> None:
    objects = chain(target, {"key": target})
    assert objects[-1] is target
    assert len(objects) == 2


def test_a_target_that_is_a_root_is_its_own_path() -> None:
    root: list[int] = []
    assert chain(root, root) == (root,)


def test_equal_targets_get_equal_answers_in_their_places() -> None:
    one, other = Node(), Node()
    root = [one, other]
    chains, found, *_ = search([one, other, one], [(root, 0)])
    assert [answer[1][-1] for answer in chains] == [one, other, one]
    assert found[0] == found[2]


def test_of_two_paths_the_one_from_the_cheaper_root_is_given() -> None:
    target = Node()
    near, far = [target], [[[target]]]
    chains = search([target], [(near, 40), (far, 0)])[0]
    assert chains[0][0] == ("given", 1)
    chains = search([target], [(near, 4), (far, 0)])[0]
    assert chains[0][0] == ("given", 0)


def test_no_path_leads_through_what_is_closed() -> None:
    target = Node()
    way = [target]
    root = {"short": way, "long": [[[target]]]}
    objects = search([target], [(root, 0)], closed=[way])[0][0][1]
    assert all(one is not way for one in objects)
    assert len(objects) == 5


def test_no_path_leads_through_objects_of_the_harness() -> None:
    target = Node()
    kind = type("Fixture", (), {"__module__": "harness.of.tests"})
    other = type("Fixture", (), {"__module__": "harness_of_others"})
    for made, there in ((kind, False), (other, True)):
        root = made()
        root.held = target
        chains = search([target], [([root], 0)], harness=("harness",))[0]
        through = chains[0] is not None and any(one is root for one in chains[0][1])
        assert through is there


def test_a_running_frame_holds_by_its_local_variable() -> None:
    def holder(mine: object) -> Any:
        return search([mine], harness=("nothing",))[0][0]

    origin, objects, _ = holder(Node())
    assert origin[0] == "frame"
    assert origin[1] == threading.get_ident()
    assert (origin[2].co_name, origin[3]) == ("holder", "mine")
    assert len(objects) == 1


def test_frames_of_other_threads_hold_too() -> None:
    held, ready, leave = [Node()], threading.Event(), threading.Event()

    def wait(mine: object) -> None:
        ready.set()
        leave.wait(60)

    thread = threading.Thread(target=wait, args=(held[0],))
    thread.start()
    assert ready.wait(60)
    try:
        found = search(held, closed=[thread, held], harness=("nothing",))[0][0]
        assert found[0][1] == thread.ident
        assert found[0][0] == "frame"
    finally:
        leave.set()
        thread.join()


def test_frames_of_the_harness_are_no_root() -> None:
    target = Node()
    place = {"__name__": "harness.here", "search": search, "target": target, "out": []}
    exec("def f(mine): out.append(search([mine], harness=('harness', 'tests')))", place)
    place["f"](place.pop("target"))  # type: ignore[operator]
    del target
    found = place["out"][0][0][0]  # type: ignore[index]
    assert found is None or found[0][0] != "frame" or found[0][2].co_name != "f"


def test_a_context_of_the_thread_holds() -> None:
    variable = contextvars.ContextVar[Node]("kept")
    token = variable.set(Node())
    try:
        found = search([variable.get()], closed=[token])[0][0]
        assert found[0] == ("thread", threading.get_ident(), "context")
    finally:
        variable.reset(token)


def references_of(target: object) -> tuple[int, int]:
    """(references found, counted by the object itself but for the call's own)."""
    _, found, counted, _, _ = search([target])
    return found[0], counted[0]


@pytest.mark.parametrize("copies", [0, 1, 7])
def test_all_references_are_found_whoever_holds_them(copies: int) -> None:
    target = Node()
    kept = [target] * copies, dict.fromkeys(range(copies), target), {target}
    alone = Node()
    alone.me, alone.held = alone, target  # type: ignore[attr-defined]
    ghost = weakref.ref(alone)
    del alone  # No root reaches it; it counts until it is collected.
    # Ours: the variable here, the one of references_of, and the list there. Since CPython 3.14
    # an argument is lent by the caller's variable, and is not counted.
    ours = 2 if sys.version_info >= (3, 14) else 3
    found, counted = references_of(target)
    assert found == counted
    assert found == ours + 2 * copies + 1 + 1
    assert kept
    assert ghost() is not None
    gc.collect()


def test_a_reference_that_no_object_holds_is_missing_from_those_found() -> None:
    import ctypes

    target = Node()
    before = references_of(target)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(target))
    after = references_of(target)
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(target))
    assert after[0] == before[0]
    assert after[1] == before[1] + 1


def test_frozen_objects_hold_too() -> None:
    target, root = Node(), [[]]  # type: ignore[var-annotated]
    root[0].append(target)
    gc.collect()
    gc.freeze()
    try:
        assert len(chain(target, root)) == 3
    finally:
        gc.unfreeze()


def test_nothing_is_kept_and_nothing_is_counted_wrong_afterwards() -> None:
    targets = [Node() for _ in range(50)]
    root = {number: [one] for number, one in enumerate(targets)}

    def once() -> None:
        search(targets, [(root, 0)])
        search(targets, [(root, 0)], max_seconds=1e-9)

    for _ in range(5):
        once()
    gc.collect()
    counts = [sys.getrefcount(one) for one in (targets[0], Node, root, list, None)]
    blocks = sys.getallocatedblocks()
    for _ in range(20):
        once()
    gc.collect()
    assert sys.getallocatedblocks() - blocks <= 2
    now = [sys.getrefcount(one) for one in (targets[0], Node, root, list, None)]
    # 40 searches; None has other users.
    assert max(abs(a - b) for a, b in zip(now, counts, strict=True)) < 20
    ghost = weakref.ref(targets[0])
    targets.clear()
    root.clear()
    assert ghost() is None


def test_the_collector_is_on_or_off_as_before() -> None:
    was = gc.isenabled()
    try:
        gc.enable()
        search([Node()])
        assert gc.isenabled()
        gc.disable()
        search([Node()])
        assert not gc.isenabled()
    finally:
        (gc.enable if was else gc.disable)()


def test_a_search_out_of_time_says_so() -> None:
    kept = [[] for _ in range(20_000)]  # type: ignore[var-annotated]
    chains, found, _, cut, visited = search([kept[-1]], max_seconds=1e-9)
    assert cut is True
    assert len(chains) == len(found) == 1
    assert visited < 20_000
    assert search([kept[-1]])[3] is False


def test_a_deep_chain_is_shown_by_its_ends() -> None:
    target: Any = []
    root = target
    for _ in range(DEEP):
        root = [root]
    _, objects, skipped = search([target], [(root, 0)])[0][0]
    assert len(objects) + skipped == DEEP + 1
    assert len(objects) == 64
    assert objects[0] is root
    assert objects[-1] is target
    assert_edges(objects[:40])
    assert_edges(objects[40:])
    while root:  # Taken apart by hand: the interpreter would do it too, but not everywhere.
        root = root.pop()


# --- random heaps ------------------------------------------------------------------------------


@pytest.mark.slow
def test_many_random_heaps() -> None:
    """So many as LEAKCHECK_HEAPS says; 10,000 take a few minutes."""
    count = os.environ.get("LEAKCHECK_HEAPS", "200")
    done = subprocess.run(
        [sys.executable, "-m", "tests.ext.random_heaps", count],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{count} heaps\n"), done.stderr
