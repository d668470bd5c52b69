# SPDX-License-Identifier: MIT
from leakcheck.explain.source import Sources
from leakcheck.gate.excerpts import excerpts
from tests.unit.made_sessions import BUS, case, clean, leak

SOURCE = "".join(f"line_{number}\n" for number in range(1, 60))


def test_lines_around_a_leak_are_kept_under_their_short_name(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/bus.py").write_text("def subscribe():\n" + f"{BUS}\n" * 60)
    found = excerpts([case("t.py::x", leak()), case("t.py::y", clean())], tmp_path)
    assert list(found) == ["app/bus.py"]
    assert list(found["app/bus.py"]) == [38, 39, 40, 41, 42, 43, 44]


def test_a_statement_is_shown_from_what_was_kept():
    kept = {"app/bus.py": {41: "    handlers.append(Callback(fn))"}}
    frame = leak().sites[0].leaf
    statement = Sources(kept).statement(frame)
    assert statement.text == "handlers.append(Callback(fn))"
    assert statement.expression == "handlers.append(Callback(fn))"


def test_what_was_not_kept_is_said_to_be_missing():
    frame = leak(file="app/none.py").sites[0].leaf
    assert Sources({"app/bus.py": {}}).statement(frame).missing == "source file not found"
