# SPDX-License-Identifier: MIT
"""A session of many leaks, each with stacks, series and names as long as those of real suites."""

from __future__ import annotations

from leakcheck.gate.session import Standing
from leakcheck.model import Container, Frame, Phase, Reading, Verdict
from tests.unit.made_sessions import case, grown, leak, other, session

MARKS = (0, 11, 29, 36, 50, 57, 72, 84, 109, 148, 179, 200, 216, 244, 306, 349, 372, 447, 504)
PACKAGES = "/usr/lib/python3.13/site-packages"


def _frames(at, line):
    folder, module = at % 37, at % 211
    return (
        Frame(f"tests/area_{folder}/test_module_{module}.py", f"test_case_{at}", 30, 30, 4, 40),
        *(
            Frame(f"{PACKAGES}/framework/layer_{level}.py", f"Layer{level}.dispatch", 10 * level)
            for level in range(1, 8)
        ),
        Frame(f"src/area_{folder}/service_{module}.py", "Service.handle", 40 + at % 9, None, 8, 30),
        Frame(f"src/area_{folder}/store_{module}.py", "Store.put", line, line, 8, 44),
    )


def _site(at, line, rate):
    series = tuple(rate * mark for mark in MARKS)
    return grown(_frames(at, line), series, each=72, rate=float(rate))


def one(at):
    """The leak number `at`."""
    folder, module = at % 37, at % 211
    path = f"src.area_{folder}.store_{module}.Store.instances['tenant-{at}'].entries"
    return leak(
        f"LC-{at:010x}",
        rate=float(1 + at % 7 + 1),
        marks=MARKS,
        readings=tuple(Reading(Phase.TRACE, 40 + mark, (2 + at % 7) * mark, 0) for mark in MARKS),
        sites=(_site(at, 20, 1 + at % 7), _site(at, 21, 1)),
        containers=(
            Container("list", path, f"src.area_{folder}.store_{module}", 100, 116, None, 16),
        ),
        cause=f"cause {at}",
    )


def large(count):
    """A session with so many leaks, and a few tests of each other kind."""
    standings = (Standing.NEW, Standing.NEW, Standing.KNOWN, Standing.WORSE, Standing.SUPPRESSED)
    sources = {
        f"src/area_{at % 37}/store_{at % 211}.py": {
            line: f"        self.entries.append(Record(key, value, {line}))"
            for line in range(17, 25)
        }
        for at in range(count)
    }
    return session(
        *(
            case(
                f"tests/area_{at % 37}/test_module_{at % 211}.py::TestService::test_case_{at}[x-{at}]",
                one(at),
                standing=standings[at % 5],
            )
            for at in range(count)
        ),
        case("tests/test_slow.py::test_slow", other(Verdict.INCONCLUSIVE, "too slow to decide")),
        sources=sources,
    )
