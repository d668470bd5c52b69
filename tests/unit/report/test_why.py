# SPDX-License-Identifier: MIT
"""Who holds what, in few lines: objects that are held alike are said once."""

from __future__ import annotations

from pathlib import Path

from leakcheck.model import Container, Holding, Metric, Opened, Result, Survivor, Verdict
from leakcheck.report.places import Style
from leakcheck.report.why import of_objects, of_run

ROOT = Path("/home-of/project")


def told(*held: Holding, alive: int | None = None) -> list[str]:
    alive = len(held) if alive is None else alive
    return of_objects(held, what="app.Thing", alive=alive, root=ROOT, style=Style()).splitlines()


def thing(path: str, native: int | None = 0) -> Holding:
    return Holding("app.Thing", path, "app" if path else "", native)


def test_objects_that_are_held_alike_are_said_once() -> None:
    held = [thing(f"app.KEPT[{place}]") for place in range(3)]
    assert told(thing("app.LAST"), *held, thing("")) == [
        "app.Thing  5 objects",
        "  held by    app.KEPT[0] and 2 alike: 3 app.Thing",
        "  held by    app.LAST: 1 app.Thing",
        "  no way     from a module, a thread or a running function: 1 app.Thing",
    ]


def test_what_native_code_holds_is_counted() -> None:
    assert told(thing("", 1), thing("", 1), thing("", None))[-1] == (
        "  native     a reference to 2 of them held by native code"
    )
    assert "1 or more references to 2" in told(thing("", 1), thing("", 3))[-1]


def test_not_more_than_is_readable_is_said() -> None:
    many = [thing(f"app.kept_{'x' * place}") for place in range(30)]
    lines = told(*many, alive=5_000)
    assert lines[0] == "app.Thing  5,000 objects, of which 30 were looked at"
    assert lines[-1] == "  and 10 more ways"
    assert told() == ["app.Thing  no object of it is alive"]


def run_told(**more: object) -> list[str]:
    result = Result(Verdict.LEAK, "", 1.0, **more)  # type: ignore[arg-type]
    return of_run(result, target="app.py::f", root=ROOT, style=Style()).splitlines()


def test_a_leak_without_a_holder_says_so() -> None:
    assert run_told()[1].startswith("  held by    no holder was found")
    native = (Survivor("app.Point", 16, 16, "", "", 1),)
    assert not any("no holder" in line for line in run_told(survivors=native))


def test_what_stays_is_said_beside_what_grows() -> None:
    grown = (Container("list", "app.KEPT", "app", 0, 16, runs=16),)
    kept = (Survivor("app.Thing", 16, 16, "app.KEPT[3]", "app", 0),)
    assert "  stays      app.KEPT[3]: 16 app.Thing in 16 runs" in run_told(
        containers=grown, survivors=kept
    )


def test_what_a_probe_counts_needs_no_holder() -> None:
    opened = (Opened("descriptors", 16, 16, (), ()),)
    told = run_told(metric=Metric.PROBE, probe="descriptors", opened=opened)
    assert told[1].startswith("  opened ")
    assert not any("no holder" in line for line in told)
