# SPDX-License-Identifier: MIT
"""Pure judgement over what was measured: no I/O, no interpreter state."""
