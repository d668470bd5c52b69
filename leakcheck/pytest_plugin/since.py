# SPDX-License-Identifier: MIT
"""`--leakcheck-changed-since`: only the tests that a change touches."""

from __future__ import annotations

import pytest

from leakcheck.errors import UsageError
from leakcheck.gate.changed import changed_since, touched


def keep_touched(config: pytest.Config, items: list[pytest.Item], ref: str) -> None:
    """Leave out, and report as deselected, the tests of files that the change does not touch.

    Raises:
        pytest.UsageError: git can't tell.
    """
    try:
        changed = changed_since(ref, config.rootpath)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    kept = touched({item.path for item in items}, changed)
    left = [item for item in items if item.path not in kept]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item.path in kept]
