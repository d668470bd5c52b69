# SPDX-License-Identifier: MIT
"""The pytest side: which tests are checked, how they are run again, what pytest is told."""
