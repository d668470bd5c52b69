# SPDX-License-Identifier: MIT
"""An error with a traceback is raised, handled and forgotten.

Expect: not LEAK
"""


def scenario():
    try:
        {}["missing"]
    except KeyError as error:
        return error.args
