# SPDX-License-Identifier: MIT
"""Errors are kept with their tracebacks, frames and locals.

Expect: LEAK
Line: ERRORS.append(error)
Line: return int(text)
Line: parse("forty")
"""

ERRORS = []


def parse(text):
    return int(text)


def scenario():
    try:
        parse("forty")
    except ValueError as error:
        ERRORS.append(error)
