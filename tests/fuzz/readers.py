# SPDX-License-Identifier: MIT
"""What reads files of ours: it ends in a use of what was read, or in one line that names the file."""

from __future__ import annotations

from leakcheck.errors import UsageError
from leakcheck.gate import baseline, sessionfile
from leakcheck.gate.baseline import by_fingerprint
from leakcheck.gate.ignored import read_ignored
from leakcheck.gate.merge import merged
from leakcheck.gate.outcome import gate, sentences
from leakcheck.gate.standing import Rules, judged, updated
from leakcheck.gate.stored import StoredError
from leakcheck.verbs.report import FORMS

DAY = "2026-11-25"


def read_session(path):
    """Read it, use it in every way there is; whether it could be read."""
    try:
        one = sessionfile.load(path)
    except StoredError as error:
        return _refused(error, path)
    # What was read can be written, and is the same when it is read again.
    text = sessionfile.dumps(one)
    path.write_text(text, encoding="utf-8")
    again = sessionfile.load(path)
    assert sessionfile.dumps(again) == text
    for form in FORMS.values():
        assert isinstance(form(one, "deep/down"), str)
    try:
        rules = read_ignored(one.ignored)
    except UsageError as error:
        return _line(str(error))
    entries = updated(one, one.known, reason="for once")
    path.write_text(baseline.dumps(entries), encoding="utf-8")
    assert baseline.dumps(baseline.load(path)) == baseline.dumps(entries)
    found = gate(judged(one, Rules(by_fingerprint(entries), rules, DAY)))
    assert all(map(str, sentences(found, strict=True)))
    assert merged([one, again]).shards == one.shards + again.shards
    return True


def read_baseline(path):
    """Likewise, for a list of known leaks."""
    try:
        entries = baseline.load(path)
    except StoredError as error:
        return _refused(error, path)
    # Rates are written with three digits, so the first time they may change.
    text = baseline.dumps(entries)
    path.write_text(text, encoding="utf-8")
    assert baseline.dumps(baseline.load(path)) == text
    return True


def _refused(error, path):
    assert str(error).startswith(f"{path} "), str(error)
    return _line(str(error))


def _line(text):
    assert text.isprintable(), text
    assert len(text) < 1000, text
    return False
