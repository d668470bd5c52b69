# SPDX-License-Identifier: MIT
"""Days as texts, year first."""

from __future__ import annotations

import datetime as dt


def today() -> str:
    """The same day everywhere on earth."""
    return dt.datetime.now(tz=dt.UTC).date().isoformat()


def day(text: str, path: str) -> str:
    """The text, when it is a day written year first.

    Raises:
        ValueError: it is none; the message begins with `path`.
    """
    try:
        if dt.date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError(f"{path} must be a day such as 2027-01-31, not {text[:40]!r}")
