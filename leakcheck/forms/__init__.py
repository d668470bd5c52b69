# SPDX-License-Identifier: MIT
"""A session written down for other programs and other readers; nothing is judged here."""
