# SPDX-License-Identifier: MIT
"""A file with a random name is made and removed.

Expect: not LEAK
"""

import tempfile


def scenario():
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"text")
