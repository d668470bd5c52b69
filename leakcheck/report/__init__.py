# SPDX-License-Identifier: MIT
"""Paints a Result: for the terminal and as JSON. No report computes a verdict."""
