# SPDX-License-Identifier: MIT
"""The verbs of `python -m leakcheck`, a module each, and what several of them share."""
