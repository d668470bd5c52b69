# SPDX-License-Identifier: MIT
"""A session as one HTML page that opens offline; nothing is judged here."""
