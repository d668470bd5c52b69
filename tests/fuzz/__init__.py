# SPDX-License-Identifier: MIT
"""Damaged files for whatever reads them; `python -m tests.fuzz --help`."""
