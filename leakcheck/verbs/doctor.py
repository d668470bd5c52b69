# SPDX-License-Identifier: MIT
"""`python -m leakcheck doctor`: can leakcheck see in this interpreter?"""

from __future__ import annotations

import argparse
import sys
from typing import Any, Final

from leakcheck.verbs.statuses import BLIND, CLEAN

_STATUSES: Final = """exit status:
  0  every planted leak was found, and nothing else
  4  this interpreter can't be measured now; the last lines say why and what to do
"""


def add(verbs: Any) -> None:
    """Declare the verb."""
    verbs.add_parser(
        "doctor",
        help="can leakcheck see in this interpreter?",
        description="Plants leaks whose verdicts are known, measures them, and looks for what is in "
        "the way: another allocator, other tools, a pytest that does not fit.",
        epilog=_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).set_defaults(action=run)


def run(_options: argparse.Namespace) -> int:
    """Examine and print."""
    from leakcheck.measure.able import refuse_others

    refuse_others()
    from leakcheck.doctor import examine, faults, render

    findings, sightings = examine()
    sys.stdout.write(render(findings, sightings))
    sys.stdout.flush()
    return BLIND if faults(findings, sightings) else CLEAN
