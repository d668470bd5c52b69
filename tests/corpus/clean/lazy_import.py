# SPDX-License-Identifier: MIT
"""The first run imports; the others find it done.

Expect: not LEAK
"""


def scenario():
    import colorsys
    import html.parser

    return html.parser.HTMLParser().rawdata, colorsys.rgb_to_hsv(0, 0, 0)
