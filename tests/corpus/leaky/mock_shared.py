# SPDX-License-Identifier: MIT
"""One mock for all calls records each of them.

Expect: LEAK
Line: MAILER.send("report", to="someone")
"""

from unittest import mock

MAILER = mock.Mock()


def scenario():
    MAILER.send("report", to="someone")
