# SPDX-License-Identifier: MIT
"""Native leaks of real packages, as leakcheck and other tools find them."""
