# SPDX-License-Identifier: MIT
"""A page taken apart by Python's own HTML parser, as a browser would see it."""

from __future__ import annotations

import base64
import json
import zlib
from html.parser import HTMLParser

VOID = {"meta", "input", "col", "br", "link"}
# Drawn with a slash or an end tag, like others.
RAW = {"script", "style"}


class Page(HTMLParser):
    """What is in a page.

    Attributes:
        tags: (name, attributes) of each element.
        text: all text that is shown, in one string.
        scripts: (attributes, text) of each script.
        problems: end tags that fit no element.
    """

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags = []
        self.scripts = []
        self.styles = []
        self.problems = []
        self._shown = []
        self._open = []
        self.feed(text)
        self.close()
        if self._open:
            self.problems.append(f"never closed: {self._open}")

    @property
    def text(self):
        return "".join(self._shown)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag == "style":
            self.styles.append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        if self._open and self._open[-1] == "script":
            attributes, text = self.scripts.pop()
            self.scripts.append((attributes, text + data))
        elif self._open and self._open[-1] == "style":
            self.styles[-1] += data
        else:
            self._shown.append(data)

    def data(self):
        """What the script is given."""
        (found,) = [text for attributes, text in self.scripts if attributes.get("id") == "data"]
        return json.loads(found)


def unpacked(text):
    """What `packed` was given."""
    return json.loads(zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS))
