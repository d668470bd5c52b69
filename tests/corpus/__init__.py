# SPDX-License-Identifier: MIT
"""Leaks and harmless bodies with known answers, and what leakcheck says of each."""
