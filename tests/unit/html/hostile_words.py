# SPDX-License-Identifier: MIT
"""Words that try to be markup, and a session that has one everywhere."""

from __future__ import annotations

from leakcheck.gate.session import Standing
from leakcheck.model import Container, Verdict
from tests.unit.forms.hostile import EVIL
from tests.unit.made_sessions import case, clean, leak, other, session

HOSTILE_WORDS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "</pre></style><svg onload=alert(1)>",
    '"><a href="javascript:alert(1)">',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--<script>",
    "&lt;b&gt; &amp;",
    "\u2028\u2029\x00\x1b[2J\ud800\udcff\u202e",
    EVIL,
)


def hostile(word):
    """A session that has the word wherever text of others can stand."""
    held = Container(word, f"app.{word}", "app", 1, 2, None, 1)
    made = leak(None, file=f"app/{word}.py", containers=(held,), cache=word, reason=word)
    return session(
        case(f"t.py::x[{word}]", made, note=word, standing=Standing.WORSE),
        case(f"t.py::y[{word}]", other(Verdict.INCONCLUSIVE, word)),
        case(f"t.py::z[{word}]", why=word),
        case(f"t.py::c[{word}]", clean()),
        sources={f"app/{word}.py": {41: f"    handlers.append({word!r})"}},
        options=(word,),
        platform=word,
        python=word,
    )
