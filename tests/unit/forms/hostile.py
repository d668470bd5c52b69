# SPDX-License-Identifier: MIT
"""A session whose ids, messages and paths try to be more than text."""

from dataclasses import replace

from leakcheck.gate.session import Standing
from leakcheck.model import Verdict
from tests.unit.made_sessions import case, leak, other, session

EVIL = "x%0A\r\n::error::y,z:`|*_@me <script>alert(1)</script> ]]> \x00\x1b[2J\ud800\udcff\u202e [a](b)"

HOSTILE = session(
    case(
        f"t.py::x[{EVIL}]",
        replace(
            leak(fingerprint=None, file=f"app/{EVIL}.py"),
            reason=EVIL,
            cache=EVIL,
            containers=(replace(leak().containers[0], path=EVIL),),
        ),
        note=EVIL,
        standing=Standing.WORSE,
    ),
    case("t.py::k", leak("LC-00000000bb"), standing=Standing.KNOWN, note=EVIL),
    case(f"t.py::{EVIL}", other(Verdict.INCONCLUSIVE, EVIL), file=f"t{EVIL}.py"),
    sources={f"app/{EVIL}.py": {41: f"    f({EVIL!r})  # {EVIL}"}},
)
