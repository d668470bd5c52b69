# SPDX-License-Identifier: MIT
"""What many results come to: a session's file, what of it fails a build, and what is known."""
