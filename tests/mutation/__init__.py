# SPDX-License-Identifier: MIT
"""Mutation tests: each small fault put into a rule must make some test fail."""
