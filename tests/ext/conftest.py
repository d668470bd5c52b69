# SPDX-License-Identifier: MIT
"""Traces a body by the extension alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leakcheck import _core
from tests.ext.recorded import RUNS, Recorded


@pytest.fixture
def trace() -> Callable[..., Recorded]:
    """Run a body RUNS times under the tracer."""

    def run(body: Callable[[], object], runs: int = RUNS) -> Recorded:
        check = _core.Check(mode=_core.MODE_FIXED, iterations=runs)
        check.drive(body)
        return Recorded(check.result())

    return run
