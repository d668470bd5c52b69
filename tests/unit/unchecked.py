# SPDX-License-Identifier: MIT
"""Why a test is left out when ci/check.sh looks for leaks in our own tests."""

import pytest

MEASURES = pytest.mark.no_leakcheck(reason="it measures by itself, and checks can't be nested")
KEEPS = pytest.mark.no_leakcheck(reason="it keeps objects, or needs that nothing was kept before")
LONG = pytest.mark.no_leakcheck(reason="one run takes too long for many")
