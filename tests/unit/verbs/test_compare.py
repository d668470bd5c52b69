# SPDX-License-Identifier: MIT
from leakcheck.cli import main
from leakcheck.gate.session import Standing
from leakcheck.gate.sessionfile import dumps
from tests.unit.made_sessions import case, clean, leak, session


def compare(tmp_path, base, head):
    paths = []
    for name, made in (("base", base), ("head", head)):
        paths.append(str(tmp_path / name))
        (tmp_path / name).write_text(dumps(made))
    return main(["compare", *paths])


def test_what_is_new_or_worse_is_status_1_and_the_rest_is_named(tmp_path, capsys):
    base = session(
        case("t.py::x", leak()),
        case("t.py::y", leak("LC-00000000bb")),
        case("t.py::z", leak("LC-00000000cc")),
    )
    head = session(
        case("t.py::x", leak(rate=4.0)),
        case("t.py::y", clean()),
        case("t.py::z", leak("LC-00000000cc")),
        case("t.py::n", leak("LC-00000000dd"), standing=Standing.KNOWN),
    )
    assert compare(tmp_path, base, head) == 1
    assert capsys.readouterr().out.splitlines() == [
        "NEW LC-00000000dd 2 blocks a run in t.py::n",
        "WORSE LC-00000000aa 4 blocks a run in t.py::x (2 a run are known, 4 were measured)",
        "FIXED LC-00000000bb app/bus.py in subscribe, held by app.bus.BUS.handlers",
        "2 new or worse, 1 as before, 1 fixed",
    ]


def test_the_same_leaks_are_status_0(tmp_path, capsys):
    made = session(case("t.py::x", leak()))
    assert compare(tmp_path, made, made) == 0
    assert capsys.readouterr().out == "0 new or worse, 1 as before, 0 fixed\n"
