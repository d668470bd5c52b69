# SPDX-License-Identifier: MIT
"""Files before they are damaged."""

from __future__ import annotations

from leakcheck.gate.baseline import Entry
from leakcheck.gate.baseline import dumps as list_dumps
from leakcheck.gate.session import Outcome, Standing
from leakcheck.gate.sessionfile import dumps
from leakcheck.model import Verdict
from tests.unit.forms.hostile import HOSTILE
from tests.unit.made_sessions import case, clean, leak, other, session

ENTRIES = (
    Entry(
        "LC-00000000aa",
        "app/bus.py in f",
        "blocks",
        {"t.py::x": 2, "t.py::y": 0.5},
        ("app.bus.BUS",),
        "old",
    ),
    Entry("LC-00000000bb", "", "references", {"t.py::z": 1}, until="2026-12-31", owner="me"),
)
FULL = session(
    case("t.py::x", leak(), standing=Standing.KNOWN, note="old"),
    case("t.py::y", leak("LC-00000000cc")),
    case("t.py::clean", clean()),
    case("t.py::asked", other(Verdict.INCONCLUSIVE)),
    case("t.py::skipped", None, outcome=Outcome.SKIPPED, why="it was skipped"),
    known=ENTRIES,
    ignored=("site app/* because it is ours",),
)
SESSIONS = tuple(dumps(one).encode() for one in (FULL, HOSTILE))
BASELINES = (list_dumps(ENTRIES).encode(),)
