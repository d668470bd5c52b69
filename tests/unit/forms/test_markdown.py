# SPDX-License-Identifier: MIT
"""The summary says the verdict first, trusts no text, and is cut by whole sections."""

import re

from leakcheck.forms.markdown import MOST_BYTES, escaped, markdown
from leakcheck.gate.session import Standing
from leakcheck.model import Verdict
from tests.unit.forms.hostile import HOSTILE
from tests.unit.made_sessions import case, clean, leak, other, session
from tests.unit.unchecked import LONG


def test_the_verdict_is_the_headline_and_a_table_follows():
    made = session(
        case("t.py::x", leak()),
        case("t.py::k", leak("LC-00000000bb"), standing=Standing.KNOWN, note="old"),
        case("t.py::i", other(Verdict.INCONCLUSIVE, "noise")),
    )
    text = markdown(made, "sub")
    assert text.startswith("## leakcheck: 1 leak\n")
    rows = [line for line in text.splitlines() if line.startswith("| <code>")]
    assert len(rows) == 2
    assert "sub/app/bus.py&#58;41" in rows[0]
    assert text.index("<details>") < text.index("### Known") < text.index("### Not decided")


def test_without_a_leak_it_is_short():
    text = markdown(session(case("t.py::x", clean())))
    assert text == (
        "## leakcheck: no leak that fails\n\nleakcheck 1.2.3, CPython 3.13.0: 1 clean\n"
    )


@LONG
def test_ten_thousand_findings_stay_under_the_limit_by_whole_sections():
    made = session(*(case(f"t.py::x{at}", leak(f"LC-{at:010}")) for at in range(10_000)))
    text = markdown(made)
    assert len(text.encode()) < MOST_BYTES
    assert text.count("<details>") == text.count("</details>") > 100
    assert re.search(
        r"\n\d+ more sections are left out here; the result file has them all\.\n$", text
    )


def test_untrusted_text_is_read_as_nothing_but_text():
    text = markdown(HOSTILE)
    own = re.sub(r"</?(code|details|summary|pre)>", "", text)
    assert not re.search(r"[<>`*_@\[\]\x00\x1b\ud800-\udfff]", own)
    assert "&#60;script&#62;" in text
    assert text.count("<pre>") == text.count("</pre>") == 1


def test_escaped_text_does_not_end_a_table_cell():
    assert escaped("a|b\n`c`") == "<code>a&#124;b &#96;c&#96;</code>"
    assert escaped("") == ""
