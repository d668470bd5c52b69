# SPDX-License-Identifier: MIT
"""A logger of its own name for each request lives in the logging tree.

Expect: LEAK
Line: logging.getLogger(f"request.{next(NUMBERS)}")
"""

import itertools
import logging

NUMBERS = itertools.count()


def scenario():
    logging.getLogger(f"request.{next(NUMBERS)}")
