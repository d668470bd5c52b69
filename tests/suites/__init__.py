# SPDX-License-Identifier: MIT
"""Whole test suites of real packages, plain and under --leakcheck."""
