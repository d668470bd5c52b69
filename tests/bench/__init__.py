# SPDX-License-Identifier: MIT
"""What measuring costs, as ratios that one process run yields. Not tests: nothing asserts a time."""
