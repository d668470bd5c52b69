# SPDX-License-Identifier: MIT
"""A warning filter is added on each call and never taken out.

Expect: LEAK
Line: warnings.filterwarnings("ignore", message=f"old api {next(NUMBERS)}")
"""

import itertools
import warnings

NUMBERS = itertools.count()


def scenario():
    warnings.filterwarnings("ignore", message=f"old api {next(NUMBERS)}")
