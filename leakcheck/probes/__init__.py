# SPDX-License-Identifier: MIT
"""What else than memory can leak: one module a probe, and how they are chosen.

A probe is read many times in each check, also where nothing leaks, so each takes a few
microseconds at most, and what it makes meanwhile is gone when it returns.
"""
