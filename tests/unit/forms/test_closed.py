# SPDX-License-Identifier: MIT
"""A form shows what the session kept, and reads no file that a session names."""

import pytest

from leakcheck.verbs.report import FORMS
from tests.unit.made_sessions import case, leak, session


@pytest.mark.parametrize("form", sorted(FORMS))
def test_no_file_of_this_machine_is_read(form, tmp_path, monkeypatch):
    secret = tmp_path / "bus.py"
    lines = "    token = 'xyzzy-1234-xyzzy-1234-xyzzy'\n" * 60
    secret.write_text(f"def subscribe():\n{lines}", encoding="utf-8")  # As the frame says.
    monkeypatch.chdir(tmp_path)
    for named in (str(secret), "bus.py"):
        foreign = session(case("tests/t.py::x", leak(file=named)), sources={})
        assert "xyzzy" not in FORMS[form](foreign, "")
