# SPDX-License-Identifier: MIT
"""No test asserts a time, so hypothesis does not either."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
