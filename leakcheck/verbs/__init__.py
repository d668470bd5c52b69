# SPDX-License-Identifier: MIT
"""The verbs of `python -m leakcheck` that read what a session left behind, a module each."""
