# SPDX-License-Identifier: MIT
"""Names choose probes, in the order in which they decide; what is wrong is told with what there is."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from leakcheck import Probe, UsageError
from leakcheck.probes import choosing
from leakcheck.probes.choosing import DEFAULT, available, chosen

OWN = Probe("own", "thing", "things", int)


def names(wanted: Any, *added: Probe) -> list[str]:
    return [one.name for one in chosen(wanted, added)]


@pytest.mark.parametrize("wanted", ["", "none", " none ", [], ()])
def test_nothing_is_chosen_by_none_and_by_nothing(wanted: Any) -> None:
    assert names(wanted) == []


def test_names_are_chosen_once_each_in_the_order_in_which_they_decide() -> None:
    assert names("descriptors, threads,descriptors") == ["threads", "descriptors"]
    assert names(["descriptors", "sockets"]) == ["sockets", "descriptors"]


def test_words_choose_several() -> None:
    assert names("default") == [name for name in available() if name in DEFAULT]
    assert names("all") == list(available())
    assert names("default,sockets") == [n for n in available() if n in {*DEFAULT, "sockets"}]


def test_what_reads_a_probe_needs_no_hash() -> None:
    class Counter:
        __hash__ = None  # type: ignore[assignment]

        def __call__(self) -> int:
            return 0

    counter = Probe("counter", "thing", "things", Counter())
    assert chosen([counter, counter]) == (counter,)
    assert names("counter,threads,counter", counter) == ["threads", "counter"]


def test_probes_of_a_caller_come_last() -> None:
    assert names([OWN, "threads"]) == ["threads", "own"]
    assert names([OWN, OWN]) == ["own"]
    assert names("own,threads", OWN) == ["threads", "own"]
    assert names("all", OWN)[-1] == "own"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("descriptor", r"the probe 'descriptor' is not known; there are .*descriptors.*all"),
        (["threads", 3], "the probe 3 is not known"),
        ("none,threads", "leave 'none' out"),
        (3, "must be names, not 3"),
        (None, "must be names, not None"),
    ],
)
def test_what_is_no_probe_is_told_with_those_there_are(wanted: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        chosen(wanted)


def test_one_that_can_not_be_read_here_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    make, _ = choosing._OURS["sockets"]
    monkeypatch.setitem(choosing._OURS, "sockets", (make, lambda: False))
    assert "sockets" not in names("all")
    with pytest.raises(UsageError, match="'sockets' can't be read here"):
        chosen("sockets")


@pytest.mark.parametrize("added", [Probe("threads", "a", "b", int), "threads"])
def test_a_probe_of_a_conftest_needs_a_name_of_its_own_and_be_one(added: Any) -> None:
    with pytest.raises(UsageError, match=r"two probes named threads|is none"):
        chosen("all", [added])


@pytest.fixture
def entry_point(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """The package of a parameter brings a probe."""
    point = EntryPoint("own", f"{__name__}:{request.param}", choosing.GROUP)
    loaded = globals().get(request.param)

    def load(_point: EntryPoint) -> Any:
        if loaded is None:
            raise ImportError("no module named own")
        return loaded

    monkeypatch.setattr(EntryPoint, "load", load)
    monkeypatch.setattr(choosing.metadata, "entry_points", lambda group: [point])
    choosing._installed.cache_clear()
    yield
    choosing._installed.cache_clear()


def make() -> Probe:
    return OWN


@pytest.mark.parametrize("entry_point", ["OWN", "make"], indirect=True)
def test_a_package_brings_a_probe_or_a_function_that_makes_one(entry_point: None) -> None:
    assert names("own") == ["own"]
    assert names("all")[-1] == "own"


@pytest.mark.parametrize("entry_point", ["missing"], indirect=True)
def test_a_package_whose_probe_can_not_be_loaded_is_named(entry_point: None) -> None:
    with pytest.raises(UsageError, match=r"the probe own .* can't be loaded: ImportError"):
        chosen("all")
