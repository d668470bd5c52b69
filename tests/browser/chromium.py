# SPDX-License-Identifier: MIT
"""The system's Chromium."""

from __future__ import annotations

import shutil

# Its own sandbox can't be had by root, nor in most containers; it opens our own files only.
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage")


def path():
    """Where it is, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)
