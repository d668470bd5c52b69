# SPDX-License-Identifier: MIT
"""Measuring: the only package that talks to the C sampler."""
