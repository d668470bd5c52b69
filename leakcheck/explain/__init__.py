# SPDX-License-Identifier: MIT
"""Turns what was found into what a person can read: source text of a frame."""
