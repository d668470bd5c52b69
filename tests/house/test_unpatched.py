# SPDX-License-Identifier: MIT
"""What measures calls the collector as it was when leakcheck was loaded: a test may replace it."""

import re
from pathlib import Path

MEASURE = Path(__file__).resolve().parents[2] / "leakcheck" / "measure"
BY_NAME = re.compile(
    r"\bgc\.(?!garbage\b|callbacks\b)\w+\(|\bsys\.getallocatedblocks\(|\btime\.\w+\("
)


def test_no_function_is_looked_up_in_a_module_that_tests_patch():
    found = {
        path.name
        for path in MEASURE.glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if BY_NAME.search(line)
    }
    assert found == {"able.py"}  # At start-up, before any test.
    assert BY_NAME.search("    gc.collect()")
