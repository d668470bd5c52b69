# SPDX-License-Identifier: MIT
"""What tests of measuring share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.measure.remembering import forget

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """No check empties what one of another test has found."""
    forget()
    yield
    forget()
